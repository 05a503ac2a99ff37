import Evaluation
import Eviction
import Screen
import Testing

@testable import ResultsViews
@testable import Views

@Suite struct NeedleHeatmapsTests {
  private func text(lengths: Int, width: Int = 100) throws -> String {
    let cases = (0..<lengths).flatMap { length in
      [0, 50].map { depth in
        EvaluationCase(
          id: "\(length)-\(depth)", task: "needle",
          parameters: ["length": .integer(100 + length), "depth": .integer(depth)], seed: 0)
      }
    }
    let plan = try EvaluationPlan(
      suite: "needle", model: ModelIdentity(name: "tiny", digest: "0"),
      settings: EvaluationSettings(policies: [try #require(Policy("laq"))], budgets: [.tokens(24)]),
      options: [:], cases: cases)
    let maps = NeedleHeatmaps(NeedleMap(plan: plan, rows: []))
    return TextRenderer.text(maps.grid(width: width, theme: .mono, glyphs: .unicode))
  }

  /// A cell that nothing is known of is a dot.
  @Test(arguments: [1, 8, 31, 32, 70, 200]) func everyLengthHasItsCell(_ count: Int) throws {
    let text = try text(lengths: count)
    let dots = text.split(separator: "\n").filter { $0.contains("%") && !$0.contains("score") }
      .reduce(0) { sum, line in sum + line.count { String($0) == GlyphSet.unicode.dot } }
    #expect(dots == 2 * 2 * count, "\(text)")
    #expect(text.contains("\(100 + count - 1)") && text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test func mapsThatHaveRoomStandSideBySide() throws {
    let lines = try text(lengths: 8).split(separator: "\n")
    #expect(lines.first?.contains("full") == true)
    #expect(try text(lengths: 31).split(separator: "\n").filter { $0.contains("full") }.count == 1)
    #expect(try text(lengths: 32).split(separator: "\n").filter { $0.contains("full") }.count == 2)
  }
}
