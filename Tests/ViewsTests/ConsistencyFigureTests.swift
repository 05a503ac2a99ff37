import Evaluation
import Eviction
import Foundation
import Screen
import Testing

@testable import ResultsViews
@testable import Views

/// The picture of consistency, of rows whose numbers are plain to see.
@Suite struct ConsistencyFigureTests {
  private func outcome(
    _ policy: Policy, _ budget: Int?, _ values: [ConsistencySuite.Measure: [Double]], shape: [Double]? = nil
  ) -> Outcome {
    var series = Dictionary(uniqueKeysWithValues: values.map { ($0.key.rawValue, $0.value) })
    let scores = series.mapValues { $0.reduce(0, +) / Double($0.count) }
    series["shape"] = shape
    return Outcome(
      policy: policy, budget: budget.map { .tokens($0) }, keptTokens: budget.map(Double.init), scores: scores,
      series: series)
  }

  /// Two layers of one head: LAQ rises from 0.5 to 1, SnapKV from 0 to 0.5.
  private func figure() throws -> ConsistencyFigure {
    let laq = try #require(Policy("laq")), snapkv = try #require(Policy("snapkv")),
      full = try #require(Policy("full"))
    let one = EvaluationCase(id: "a <text>", task: "consistency")
    let plan = try EvaluationPlan(
      suite: ConsistencySuite.name, program: "test", model: ModelIdentity(name: "a & b", digest: ""),
      settings: EvaluationSettings(policies: [laq, snapkv], budgets: [.tokens(16), .tokens(64)]),
      options: [:], cases: [one])
    let row = try JSONDecoder().decode(
      EvaluationRow.self,
      from: JSONEncoder().encode(
        Row(
          id: one.id, references: [],
          outcomes: [
            outcome(full, nil, [.windowCosine: [0.2, 0.4], .decodeCosine: [0.8, 1]], shape: [2, 1]),
            outcome(
              laq, 16, [.recall: [0.4, 0.6], .massRecall: [0.5, 0.5], .lookaheadCosine: [0.6, 0.8]]),
            outcome(laq, 64, [.recall: [1, 1], .massRecall: [1, 1], .lookaheadCosine: [0.7, 0.9]]),
            outcome(snapkv, 16, [.recall: [0, 0], .massRecall: [0.1, 0.1]]),
            outcome(snapkv, 64, [.recall: [0.5, 0.5], .massRecall: [0.6, 0.6]]),
          ])))
    return ConsistencyFigure(ConsistencySummary(try EvaluationResults(plan: plan, rows: [row])))
  }

  /// As many policies as `--policy all` names, each right at one of two budgets.
  private func crowd() throws -> ConsistencyFigure {
    let policies = try (1...40).map { try #require(Policy("laq(m=\($0))")) }
    let one = EvaluationCase(id: "a", task: "consistency")
    let plan = try EvaluationPlan(
      suite: ConsistencySuite.name, model: ModelIdentity(name: "a", digest: ""),
      settings: EvaluationSettings(policies: policies, budgets: [.tokens(16), .tokens(64)]), options: [:],
      cases: [one])
    let outcomes = policies.flatMap { policy in
      [16, 64].map { outcome(policy, $0, [.recall: [$0 == 16 ? 0 : 1]]) }
    }
    let row = try JSONDecoder().decode(
      EvaluationRow.self, from: JSONEncoder().encode(Row(id: one.id, references: [], outcomes: outcomes)))
    return ConsistencyFigure(ConsistencySummary(try EvaluationResults(plan: plan, rows: [row])))
  }

  @Test func manyPoliciesAreAllNamedByLettersOfTheirOwn() throws {
    #expect(Set((0..<62).map(ConsistencyFigure.letter)).count == 62)
    let figure = try crowd()
    let lines = figure.text(width: 100, glyphs: .unicode).split(separator: "\n").map(String.init)
    for index in 0..<40 {
      let name = "\(ConsistencyFigure.letter(index)) \(figure.summary.lines[index].policy.name)"
      #expect(lines.contains { $0.hasSuffix(" " + name) }, "\(name) is not named")
    }
    let svg = figure.svg
    let height = try #require(svg.firstMatch(of: #/<svg [^>]*height="(\d+)"/#).flatMap { Double($0.1) })
    let places = svg.matches(of: #/ y="([0-9.]+)"/#).compactMap { Double($0.1) }
    #expect(try #require(places.max()) < height)
  }

  private struct Row: Encodable {
    let id: String
    let references: [String]
    let outcomes: [Outcome]
  }

  @Test func linesRiseFromTheirFirstBudgetToTheirLast() throws {
    let lines = try figure().text(width: 80, glyphs: .unicode).split(separator: "\n").map(String.init)
    let top = try #require(lines.first { $0.hasPrefix("1.0") }),
      bottom = try #require(lines.first { $0.hasPrefix("0.0") })
    #expect(top.prefix(55).contains("a") && !top.prefix(55).contains("b"))
    #expect(bottom.prefix(6).hasSuffix("b"))
    #expect(lines.contains { $0.hasSuffix(" a laq") } && lines.contains { $0.hasSuffix(" b snapkv") })
    #expect(lines.contains { $0.contains("layer 2  0.400") && $0.hasSuffix("truth 1.000") })
    // The lookahead at the smallest budget.
    #expect(lines.contains { $0.contains("0.800 ") } && !lines.contains { $0.contains("0.900 ") })
  }

  @Test func asciiStaysASCII() throws {
    #expect(try figure().text(width: 80, glyphs: .ascii).utf8.allSatisfy { $0 < 0x80 })
  }

  @Test func theDrawingIsWellFormedAndEscapesNames() throws {
    let svg = try figure().svg
    #expect(svg.contains("a &amp; b") && !svg.contains("a & b"))
    let parser = XMLProbe()
    #expect(parser.opened(svg) == ["svg", "title", "rect", "text", "line", "polyline", "circle"])
    // Two policies in two panels, three rows of cosines.
    #expect(svg.components(separatedBy: "<polyline").count - 1 == 7)
    #expect(try figure().svg == svg)
  }
}

/// The names of a drawing's elements; every one that is opened is closed.
private struct XMLProbe {
  func opened(_ text: String) -> Set<String> {
    var (names, open): (Set<String>, [String]) = ([], [])
    for part in text.split(separator: "<").dropFirst(text.hasPrefix("<") ? 0 : 1) {
      let tag = part.prefix { $0 != ">" }
      let name = String(tag.prefix { $0.isLetter || $0 == "/" })
      if name.hasPrefix("/") {
        guard open.popLast() == String(name.dropFirst()) else { return [] }
      } else {
        names.insert(name.replacing("/", with: ""))
        if !tag.hasSuffix("/") { open.append(name) }
      }
    }
    return open.isEmpty ? names : []
  }
}
