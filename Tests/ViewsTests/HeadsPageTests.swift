import Evaluation
import Eviction
import Foundation
import Screen
import TestSupport
import Testing
import Transformer

@testable import ResultsViews
@testable import Views

/// Heads over many prompts as a picture: what stands in it, what its keys do, and what is exported of it.
@Suite struct HeadsPageTests {
  /// Made-up results: head 3.2 matters in every prompt, others in some. Of the last prompt nothing is lost.
  static func table(
    layers: Int, heads: Int, kvHeads: Int, prompts: Int = 5, granularity: Granularity = .kvHead
  ) throws -> ResultsTable {
    let cases = (0..<prompts).map { EvaluationCase(id: "prompts.jsonl:\($0 + 1)", task: "heads") }
    let policies = try ["snapkv", "laq"].map { try Policy(parsing: $0) }
    let plan = try EvaluationPlan(
      suite: "heads", model: ModelIdentity(name: "tiny", digest: "0"),
      settings: EvaluationSettings(
        policies: policies, budgets: [.tokens(48)], granularity: granularity, arithmetic: .float32),
      options: [:], cases: cases)
    let sets = granularity == .kvHead ? kvHeads : heads
    let rows = try cases.enumerated().map { number, one in
      func values(_ count: Int, _ strong: Int, _ scale: Double) -> [Double] {
        (0..<layers * count).map { index in
          let random = Double((index * 7919 + number * 104_729) % 1000) / 1000
          return index == strong ? scale : random > 0.8 ? (random - 0.8) * scale : 0
        }
      }
      let group = heads / sets
      let isLost = number + 1 < prompts
      let gain = values(sets, 2 * sets + 1 / group, 8)
      func outcome(_ policy: Policy, lost: Bool) -> Outcome {
        Outcome(
          policy: policy, budget: .tokens(48), answer: lost ? "It is\u{1B}[31m lost." : "It is 905.",
          scores: ["right": lost ? 0 : 1],
          series: ["gain": gain, "cost": gain.map { lost && $0 > 4 ? 1 : 0 }])
      }
      let full = Outcome(
        policy: try Policy(parsing: "full"), budget: nil, answer: "It is 905.", scores: ["right": 1],
        series: [
          "shape": [layers, heads, kvHeads].map(Double.init),
          "retrieval": values(heads, 2 * heads + 1, 0.9),
        ])
      return try ResultsTests.row(
        one, [full, outcome(policies[0], lost: isLost), outcome(policies[1], lost: false)])
    }
    return ResultsTable(plan: plan, rows: rows)
  }

  static func state(_ table: ResultsTable, theme: Theme = .mono) -> ResultsState {
    ResultsState(name: "heads.json", table: table, score: "right", stage: .done, theme: theme)
  }

  private func text(_ state: ResultsState, _ size: Size) -> String {
    TextRenderer.text(state.draw(size: size))
  }

  @Test(arguments: [Size(width: 80, height: 24), Size(width: 120, height: 40), Size(width: 200, height: 60)])
  func everyHeadHasACell(_ size: Size) throws {
    for (layers, heads, kvHeads) in [(30, 32, 8), (30, 9, 3), (5, 8, 4), (36, 32, 8), (1, 1, 1)] {
      var state = Self.state(try Self.table(layers: layers, heads: heads, kvHeads: kvHeads))
      var places: Set<Place> = []
      var count = 0
      for layer in 0..<layers {
        for head in Set(stride(from: 0, to: heads, by: 5)).union([heads - 1]).sorted() {
          state.heads?.layer = layer
          state.heads?.head = head
          let grid = state.draw(size: size)
          let caret = grid.caret
          let place = try #require(caret, "\(layer + 1).\(head + 1) of \(layers) x \(heads) at \(size)")
          places.insert(place)
          count += 1
          if (layer + head) % 7 == 0 {
            let chosen = TextRenderer.text(grid)
            #expect(chosen.contains("head \(layer + 1).\(head + 1) "))
          }
        }
      }
      // Of 36 layers a window of 24 rows shows those around the chosen one.
      let scrolls = layers == 36 && size.height == 24
      #expect(scrolls || places.count == count, "\(layers) x \(heads) at \(size)")
    }
  }

  /// The picture of a model of SmolLM2's shape and of a large one, as `GoldenScreenTests` keep screens.
  @Test(arguments: [Size(width: 80, height: 24), Size(width: 120, height: 40)], [9, 32])
  func golden(_ size: Size, _ heads: Int) throws {
    let table = try Self.table(layers: 30, heads: heads, kvHeads: heads == 9 ? 3 : 8)
    let name = "results-heads-30x\(heads)-\(size.width)x\(size.height)"
    let screens = GoldenScreenTests()
    var state = Self.state(table)
    state.heads?.measure = .gain
    try screens.compare(TextRenderer.text(state.draw(size: size)), with: "\(name).txt")
    let ascii = TextRenderer.text(state.draw(size: size, glyphs: .ascii))
    #expect(ascii.utf8.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) })
    try screens.compare(ascii, with: "\(name)-ascii.txt")
    state.theme = .dark
    try screens.compare(TextRenderer.ansi(state.draw(size: size)), with: "\(name).ansi")
  }

  /// Where no head alone brings much back, the graded figure says more, and it orders those that are alike.
  @Test func itBeginsWithWhatSaysMost() throws {
    let whole = try Self.table(layers: 5, heads: 8, kvHeads: 4)
    let rows = try whole.plan.cases.compactMap { whole.rows[$0.id] }.enumerated().map { number, row in
      let outcomes = row.outcomes.map { outcome in
        Outcome(
          policy: outcome.policy, budget: outcome.budget, scores: outcome.scores,
          series: outcome.series.mapValues { $0 }.merging(
            outcome.budget == nil ? [:] : ["cost": (0..<20).map { number == 0 && $0 > 2 ? 1 : 0 }]
          ) { $1 })
      }
      return try ResultsTests.row(whole.plan.cases[number], outcomes)
    }
    var state = Self.state(ResultsTable(plan: whole.plan, rows: rows))
    #expect(state.heads?.measure == .gain && state.heads?.layer == 2)
    state.heads?.measure = .cost
    let heads = try #require(state.heads)
    #expect(heads.order.first == 2 * 8, "of heads that bring as much back the one that gains most")
  }

  @Test func keysChooseFiguresPoliciesAndHeads() throws {
    let size = Size(width: 120, height: 40)
    var state = Self.state(try Self.table(layers: 30, heads: 9, kvHeads: 3))
    func press(_ keys: String) {
      for character in keys { _ = state.handle(.character(character), size: size) }
    }
    #expect(state.page == .heads && state.heads?.measure == .cost)
    #expect(state.heads?.layer == 2, "it begins at the head that matters most")
    #expect(text(state, size).contains("cost of eviction, mean"))
    #expect(text(state, size).contains("4 of 5 answers lost"))
    press("f")
    #expect(state.heads?.measure == .gain && text(state, size).contains("gain when restored"))
    press("f")
    #expect(text(state, size).contains("retrieval score, mean   full cache, 5 prompts"))
    press("v")
    #expect(text(state, size).contains("retrieval score, prompts in the top 10"))
    press("vv")
    #expect(state.heads?.statistic == .mean)
    press("fp")
    #expect(text(state, size).contains("LAQ") && text(state, size).contains("no answer is lost here"))
    press("f")
    let (layer, head) = (state.heads?.layer, state.heads?.head)
    press("n")
    #expect(state.heads?.layer != layer || state.heads?.head != head)
    press("N")
    #expect(state.heads?.layer == layer)
    press("gk")
    #expect(state.heads?.layer == 0)
    press("Gj")
    #expect(state.heads?.layer == 29)
    press(String(repeating: "l", count: 20))
    #expect(state.heads?.head == 8)
    press(String(repeating: "h", count: 20))
    #expect(state.heads?.head == 0)
    #expect(state.handle(.character("e"), size: size) == .exportHeads)
  }

  /// Enter lists the prompts, Enter again explores one; Esc goes back to the heads.
  @Test func promptsOpenFromThePicture() throws {
    let size = Size(width: 80, height: 24)
    var state = Self.state(try Self.table(layers: 5, heads: 8, kvHeads: 4))
    #expect(state.handle(.enter, size: size) == .none && state.page == .prompts)
    let drawn = text(state, size)
    #expect(drawn.contains("5 prompts, the lowest right first") && !drawn.contains("\u{1B}"))
    #expect(state.handle(.enter, size: size) == .open)
    #expect(state.chosenPrompt?.1.policy == Policy("snapkv") && state.chosenPrompt?.0.id == "prompts.jsonl:1")
    _ = state.handle(.escape, size: size)
    #expect(state.page == .heads)
  }

  /// What is exported is what is shown: every head, its statistics, and a column for each prompt.
  @Test(arguments: HeadMeasure.allCases) func theExportHoldsWhatIsSeen(_ measure: HeadMeasure) throws {
    var state = Self.state(try Self.table(layers: 5, heads: 8, kvHeads: 4))
    state.heads?.measure = measure
    let heads = try #require(state.heads)
    let figure = try #require(heads.figure)
    let lines = try #require(heads.csv).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(lines.count == 1 + 5 * 8 && Set(lines.map(\.count)).count == 1)
    #expect(lines[0].count == 8 + figure.prompts.count && String(lines[0][8]) == figure.prompts[0])
    for (index, line) in lines.dropFirst().enumerated() {
      let prompts = line[8...].compactMap { Double($0) }
      let mean = try #require(Double(line[5]))
      #expect(abs(mean - prompts.reduce(0, +) / Double(prompts.count)) < 1e-9)
      #expect(line[3] == "\(index / 8 + 1)" && line[4] == "\(index % 8 + 1)")
    }
  }

  /// Rows that come while it is looked at are counted in.
  @Test func rowsThatComeAreSeen() throws {
    let whole = try Self.table(layers: 5, heads: 8, kvHeads: 4)
    var state = Self.state(ResultsTable(plan: whole.plan))
    #expect(text(state, Size(width: 80, height: 24)).contains("no prompt is done yet"))
    for one in whole.plan.cases { if let row = whole.rows[one.id] { state.table.add(row) } }
    #expect(state.heads?.summary.promptCount == 5)
    #expect(text(state, Size(width: 80, height: 24)).contains("4 of 5 answers lost"))
  }

  /// A file that somebody has changed is shown as far as it makes sense, at any size.
  @Test(
    arguments: [
      [:], ["shape": [0, 0, 0]], ["shape": [10_000, 10_000, 1]], ["shape": [3, 4]],
      ["shape": [3, 4, 2], "retrieval": [1]], ["shape": [2.5, 3.9, 0.1], "retrieval": [1, 2, 3, 4, 5, 6]],
    ] as [[String: [Double]]])
  func oddResultsAreDrawn(_ series: [String: [Double]]) throws {
    let table = try Self.table(layers: 2, heads: 2, kvHeads: 1, prompts: 1)
    let full = Outcome(policy: try Policy(parsing: "full"), budget: nil, series: series)
    let gain = Outcome(
      policy: try Policy(parsing: "snapkv"), budget: .tokens(48), series: ["gain": [1e9, -1e9]])
    let row = try ResultsTests.row(table.plan.cases[0], [full, gain])
    var state = Self.state(ResultsTable(plan: table.plan, rows: [row]))
    for key in "fvfvfvnNpjklhgGe" {
      _ = state.handle(.character(key), size: Size(width: 80, height: 24))
      for size in [Size(width: 60, height: 16), Size(width: 80, height: 24), Size(width: 200, height: 60)] {
        _ = state.draw(size: size)
        _ = state.draw(size: size, glyphs: .ascii)
      }
    }
  }
}
