import Evaluation
import Eviction
import Screen
import TestSupport
import Testing

@testable import ResultsViews
@testable import Views

/// The screen of an evaluation: what stands in its cells, and what its keys do.
@Suite struct ResultsTests {
  static let size = Size(width: 100, height: 30)

  /// Two seeds of each length and depth; SnapKV is right at depth 100 only, LAQ everywhere.
  static func needle(done: Int = .max) throws -> ResultsTable {
    let cases = [256, 512].flatMap { length in
      [0, 100].flatMap { depth in
        [0, 1].map { (seed: Int) in
          EvaluationCase(
            id: "needle-\(length)-\(depth)-\(seed)", task: "needle",
            parameters: ["length": .integer(length), "depth": .integer(depth)], seed: seed)
        }
      }
    }
    return try table("needle", cases, done: done) { one, policy in
      policy == "snapkv" && one.parameters["depth"]?.integer == 0 ? Double(one.seed ?? 0) / 2 : 1
    }
  }

  /// Three cases of one group and one of another.
  static func retrieval() throws -> ResultsTable {
    let cases = (0..<4).map { EvaluationCase(id: "case-\($0)", task: $0 < 3 ? "single" : "chain", seed: $0) }
    return try table("retrieval", cases) { one, policy in
      policy == "snapkv" ? (one.task == "chain" ? 0 : 1) : 0.5
    }
  }

  private static func table(
    _ suite: String, _ cases: [EvaluationCase], done: Int = .max, score: (EvaluationCase, String) -> Double
  ) throws -> ResultsTable {
    let policies = ["full", "snapkv", "laq"].compactMap { Policy($0) }
    let plan = try EvaluationPlan(
      suite: suite, model: ModelIdentity(name: "tiny", digest: "0"),
      settings: EvaluationSettings(
        policies: policies, budgets: [.tokens(24), .tokens(48)], arithmetic: .float32), options: [:],
      cases: cases)
    let rows = try cases.prefix(done).map { one in
      try row(
        one,
        policies.flatMap { policy in
          (policy.keepsEverything ? [nil] : plan.settings.budgets.map(Optional.some)).map { budget in
            let value = policy.keepsEverything ? 1 : score(one, policy.name)
            return Outcome(
              policy: policy, budget: budget, answer: value == 1 ? "It is 905." : "It is\u{1B}[31m Und.",
              scores: ["exact": value])
          }
        })
    }
    return ResultsTable(plan: plan, rows: rows, titles: ["single": "one needle"])
  }

  /// A row as it stands in a file: a prompt would need a model's tokenizer.
  static func row(_ one: EvaluationCase, _ outcomes: [Outcome]) throws -> EvaluationRow {
    struct Stored: Encodable {
      let id: String
      let references = ["905"]
      let outcomes: [Outcome]
    }
    return try CanonicalJSON.value(
      EvaluationRow.self, from: CanonicalJSON.data(Stored(id: one.id, outcomes: outcomes)))
  }

  private func state(_ table: ResultsTable) -> ResultsState {
    ResultsState(name: "results.json", table: table, score: "exact", stage: .done, theme: .mono)
  }

  @Test func lengthsAndDepthsMakeAHeatmapForEachPolicyAtEachBudget() throws {
    let table = try Self.needle()
    #expect(table.isHeatmap)
    #expect(table.pageTitles == ["full", "SnapKV  B=24", "SnapKV  B=48", "LAQ  B=24", "LAQ  B=48"])
    #expect(table.rowTitles == ["0%", "100%"])
    #expect(table.columnTitles == ["256", "512"])
    #expect(table.mean(at: .init(page: 1, row: 0, column: 1), score: "exact") == .init(value: 0.25, count: 2))
    #expect(table.mean(at: .init(page: 1, row: 1, column: 1), score: "exact") == .init(value: 1, count: 2))
    #expect(
      table.cases(at: .init(page: 1, row: 0, column: 1)).map(\.id) == ["needle-512-0-0", "needle-512-0-1"])
  }

  @Test func otherCasesMakeATableOfPoliciesAndGroupsWithTheMeanOfTheGroups() throws {
    let table = try Self.retrieval()
    #expect(!table.isHeatmap)
    #expect(table.pageTitles == ["B=24", "B=48"])
    #expect(table.rowTitles == ["full", "SnapKV", "LAQ"])
    #expect(table.columnTitles == ["one needle", "chain", "mean"])
    // Three right prompts of one group and none of the other: groups count alike.
    #expect(table.mean(at: .init(page: 1, row: 1, column: 2), score: "exact") == .init(value: 0.5, count: 4))
    #expect(
      try table.series(at: .init(page: 1, row: 2, column: 0)) == .init(#require(Policy("laq")), .tokens(48)))
    #expect(table.series(at: .init(page: 1, row: 0, column: 0))?.budget == nil)
  }

  @Test func rowsThatComeWhileItRunsFillTheirCells() throws {
    var table = try Self.needle(done: 1)
    let place = ResultsTable.Place(page: 3, row: 0, column: 0)
    #expect(table.mean(at: place, score: "exact")?.count == 1)
    #expect(table.mean(at: .init(page: 3, row: 1, column: 0), score: "exact") == nil)
    for row in try Self.needle().rows.values { table.add(row) }
    #expect(table.mean(at: place, score: "exact")?.count == 2)
    #expect(table.rows.count == 8)
  }

  @Test func enterGoesFromACellToItsPromptsTheWorstFirstAndToTheExplorer() throws {
    var state = state(try Self.needle())
    #expect(state.handle(.enter, size: Self.size) == .none)
    #expect(state.page == .prompts)
    #expect(state.prompts.map(\.one.id) == ["needle-256-0-0", "needle-256-0-1"])
    _ = state.handle(.down, size: Self.size)
    #expect(state.handle(.enter, size: Self.size) == .open)
    let (one, series) = try #require(state.chosenPrompt)
    #expect(one.id == "needle-256-0-1")
    #expect(try series == .init(#require(Policy("snapkv")), .tokens(24)))
    _ = state.handle(.escape, size: Self.size)
    #expect(state.page == .cells)
  }

  @Test func aCellThatIsNotDoneOpensNothingAndSaysSo() throws {
    var state = state(try Self.needle(done: 1))
    _ = state.handle(.character("G"), size: Self.size)
    _ = state.handle(.enter, size: Self.size)
    #expect(state.page == .cells)
    #expect(state.message == "no prompt of this cell is done yet")
  }

  @Test(arguments: ["needle", "retrieval"], GoldenScreenTests.sizes)
  func cellsAndPromptsAsTheyLook(_ suite: String, _ size: Size) throws {
    var state = state(suite == "needle" ? try Self.needle() : try Self.retrieval())
    try GoldenScreenTests().compare(
      TextRenderer.text(state.draw(size: size)), with: "results-\(suite)-\(size.width)x\(size.height).txt")
    _ = state.handle(.enter, size: size)
    try GoldenScreenTests().compare(
      TextRenderer.text(state.draw(size: size, glyphs: .ascii)),
      with: "results-\(suite)-prompts-\(size.width)x\(size.height)-ascii.txt")
    state.theme = .dark
    let text = TextRenderer.text(state.draw(size: size))
    #expect(!text.unicodeScalars.contains("\u{1B}"))
  }

  /// Titles that are longer than the cells under them are whole: the budget at their end is what tells them
  /// apart.
  @Test func titlesAreWholeOrMarked() throws {
    let policies = ["full", "laq++/pyramid(style=authors)", "snapkv(w=16,pool=none)"].compactMap {
      Policy($0)
    }
    func table(_ cases: [EvaluationCase]) throws -> ResultsTable {
      let plan = try EvaluationPlan(
        suite: "s", model: ModelIdentity(name: "tiny", digest: "0"),
        settings: EvaluationSettings(
          policies: policies, budgets: [.tokens(64), .tokens(1024)], arithmetic: .float32), options: [:],
        cases: cases)
      return ResultsTable(plan: plan, titles: ["a": "one of many alike", "b": "all values of one key"])
    }
    let maps = try table([
      EvaluationCase(
        id: "1", task: "n", parameters: ["length": .integer(256), "depth": .integer(0)], seed: 0)
    ])
    for size in [Size(width: 120, height: 36), Size(width: 80, height: 24)] {
      let text = TextRenderer.text(state(maps).draw(size: size))
      for title in maps.pageTitles.prefix(2) { #expect(text.contains(title), "\(title) at \(size)") }
    }
    let groups = try table(
      ["a", "b", "c", "d", "e", "f", "g"].map { EvaluationCase(id: $0, task: $0, seed: 0) })
    let text = TextRenderer.text(state(groups).draw(size: Size(width: 80, height: 24)))
    for word in ["many", "alike", "values", "of 8", groups.rowTitles[1]] {
      #expect(text.contains(word), "\(word)")
    }
  }

  @Test func anyKeysAtAnySizeStayInsideTheTable() throws {
    for table in [try Self.needle(), try Self.needle(done: 0), try Self.retrieval()] {
      var state = state(table)
      var random = SeededGenerator(seed: 7)
      let keys = ResultsKeys.bindings.flatMap(\.keys)
      for _ in 0..<500 {
        let size = Size(
          width: Int.random(in: 1...140, using: &random), height: Int.random(in: 1...40, using: &random))
        _ = state.handle(keys.randomElement() ?? .enter, size: size)
        #expect(state.draw(size: size).size == size)
        #expect(
          table.rowTitles.indices.contains(state.place.row)
            && table.columnTitles.indices.contains(state.place.column))
      }
    }
  }

  /// A length and a depth of its own with each case: 10¹⁰ cells, of which a hundred thousand have a prompt.
  @Test func cellsWithoutPromptsTakeNoRoom() throws {
    let cases = (0..<100_000).map {
      EvaluationCase(
        id: "\($0)", task: "needle", parameters: ["length": .integer($0), "depth": .integer($0)], seed: 0)
    }
    let table = try Self.table("needle", cases, done: 2) { _, _ in 1 }
    #expect(table.rowTitles.count == 100_000 && table.columnTitles.count == 100_000)
    #expect(table.cases(at: .init(page: 1, row: 99_999, column: 99_999)).map(\.id) == ["99999"])
    #expect(table.cases(at: .init(page: 1, row: 99_999, column: 0)).isEmpty)
    #expect(table.mean(at: .init(page: 1, row: 1, column: 1), score: "exact") == .init(value: 1, count: 1))
    #expect(table.mean(at: .init(page: 1, row: 2, column: 2), score: "exact") == nil)
    #expect(state(table).draw(size: Self.size).size == Self.size)
  }
}
