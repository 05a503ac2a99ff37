import Eviction
import Testing

@testable import Evaluation

@Suite struct SummaryTests {
  /// As many prompts as a star needs, LAQ right in each.
  private static let six = Array(repeating: (task: "a", laq: 1.0, snapkv: 0.0 as Double?), count: 6)

  private func results(
    _ scores: [(task: String, laq: Double, snapkv: Double?)], full: [Double] = []
  ) throws -> EvaluationResults {
    let cases = scores.indices.map { EvaluationCase(id: "case-\($0)", task: scores[$0].task) }
    let laq = Policy.named("laq"), snapkv = Policy.named("snapkv")
    let plan = try EvaluationPlan(
      suite: "any", model: ModelIdentity(name: "none", digest: ""),
      settings: EvaluationSettings(
        policies: [laq, snapkv, laq, .named("full")], budgets: [.tokens(8), .tokens(8)]),
      options: [:], cases: cases)
    let place = try Workplace()
    let prompt = CasePrompt(
      prompt: try .init(name: "a", text: [65], tokenizer: place.model.checkpoint.tokenizer), references: [],
      answerLimit: 1)
    return try EvaluationResults(
      plan: plan,
      rows: zip(cases, scores).enumerated().map { index, pair in
        let (one, score) = pair
        let whole = full.indices.contains(index) ? [full[index]] : []
        return EvaluationRow(
          one, prompt: prompt,
          outcomes: whole.map { Outcome(policy: .named("full"), budget: nil, scores: ["exact": $0]) } + [
            Outcome(policy: laq, budget: .tokens(8), scores: ["exact": score.laq]),
            score.snapkv.map { Outcome(policy: snapkv, budget: .tokens(8), scores: ["exact": $0]) }
              ?? Outcome(policy: snapkv, budget: .tokens(8), unavailable: "no gate"),
          ])
      })
  }

  @Test func differencesArePairedAndLeaveOutCasesWithoutBoth() throws {
    let results = try results([("a", 1, 0), ("a", 1, 0), ("a", 0, nil), ("b", 0, 1)])
    let summary = EvaluationSummary(results, score: "exact")
    #expect(summary.groups == ["a", "b"] && summary.columns.count == 3, "what stands twice was kept")
    let column = EvaluationSummary.Column(.named("laq"), .tokens(8))
    let cell = try #require(summary.cell("a", column))
    #expect(cell.score?.count == 3 && abs((cell.score?.mean ?? 0) - 2 / 3) < 1e-12)
    #expect(cell.difference == Estimate(mean: 1, low: 1, high: 1, count: 2))
    #expect(summary.cell("b", column)?.difference?.mean == -1)
    #expect(summary.cell("a", .init(.named("snapkv"), .tokens(8)))?.difference == nil)
    #expect(summary.cell("a", .init(.named("full"), nil)) == nil)
    #expect(summary.unavailable.map(\.reason) == ["no gate"])
  }

  /// One prompt, or five, differ by chance alone often enough; six alike do not.
  @Test func fewPromptsHaveNoStar() throws {
    for count in 1...8 {
      let table = SummaryTable(
        EvaluationSummary(
          try results((0..<count).map { _ in (task: "a", laq: 1.0, snapkv: 0.0) }), score: "exact"))
      let line = try #require(table.markdown.split(separator: "\n").first { $0.hasPrefix("| laq") })
      #expect(line.contains("100*") == (count >= 6), "\(count) prompts")
      #expect(table.notes.contains("fewer than 6 prompts have no star") == (count < 6))
      #expect(table.notes.contains("\(count) prompt\(count == 1 ? "" : "s") per cell"))
    }
    // Prompts that come and go together count once.
    let alike = try #require(Bootstrap().estimate(clusters: [[1, 1, 1, 1], [1, 1, 1, 1]]))
    #expect(alike.low > 0 && alike.count == 8 && !alike.excludesZero)
  }

  /// Zeros of a model that does not do a task say nothing of policies.
  @Test func aTaskThatTheFullCacheFailsIsSaidInPlaceOfZeros() throws {
    let scores = Self.six + [("b", 0, 0), ("b", 0, 0)]
    let given = try results(scores)
    let summary = EvaluationSummary(
      try results(scores, full: [1, 1, 1, 1, 1, 1, 0, 0]), score: "exact")
    #expect(!summary.isBeyondModel("a") && summary.isBeyondModel("b"))
    let table = SummaryTable(summary, titles: ["b": "bees"])
    #expect(
      table.markdown == """
        | policy | budget | kept | window | by score |    a | bees |
        | ------ | -----: | ---: | -----: | -------: | ---: | ---: |
        | full   |    all |    – |      – |        – |  100 |    – |
        | laq    |      8 |    – |      – |        – | 100* |    – |
        | snapkv |      8 |    – |      – |        – |    0 |    – |

        """)
    #expect(table.notes.contains("bees: the full cache itself scores 0"))
    #expect(!SummaryTable(EvaluationSummary(given, score: "exact")).notes.contains("scores 0"))
  }

  @Test func tablesAlignAndMarkWhatDiffers() throws {
    let summary = EvaluationSummary(try results(Self.six + [("b", 0, 0)]), score: "exact")
    #expect(
      SummaryTable(summary, titles: ["b": "bees"]).markdown == """
        | policy | budget | kept | window | by score |    a | bees |
        | ------ | -----: | ---: | -----: | -------: | ---: | ---: |
        | full   |    all |    – |      – |        – |    – |    – |
        | laq    |      8 |    – |      – |        – | 100* |    0 |
        | snapkv |      8 |    – |      – |        – |    0 |    0 |

        """)
    let csv = SummaryTable(summary).csv.split(separator: "\n")
    #expect(csv.count == 7 && csv[2] == "a,laq,8,exact,1.0,1.0,1.0,6,snapkv,1.0,1.0,1.0,,,")
  }

  @Test func someOfThePoliciesAreShownWithTheDifferencesFromOneThatIsNot() throws {
    let results = try results(Self.six)
    let some = try results.selecting(policies: [.named("full"), .named("laq")], budgets: [])
    #expect(
      SummaryTable(EvaluationSummary(some, score: "exact")).markdown == """
        | policy | budget | kept | window | by score |    a |
        | ------ | -----: | ---: | -----: | -------: | ---: |
        | full   |    all |    – |      – |        – |    – |
        | laq    |      8 |    – |      – |        – | 100* |

        """)
    #expect(throws: EvaluationError.badOption("--policy", expected: "one of laq, snapkv", found: "h2o")) {
      try results.selecting(policies: [.named("h2o")], budgets: [])
    }
    #expect(throws: EvaluationError.badOption("--budget", expected: "one of 8", found: "9")) {
      try results.selecting(policies: [], budgets: [.tokens(9)])
    }
  }

  @Test func meansOfTwoEvaluationsAgreeWithinBothIntervals() throws {
    func cell(_ first: (Double, Double, Double), _ second: (Double, Double, Double))
      -> EvaluationComparison.Cell
    {
      func estimate(_ one: (Double, Double, Double)) -> Estimate {
        Estimate(mean: one.0, low: one.1, high: one.2, count: 9)
      }
      return .init(
        group: "a", column: .init(.named("laq"), nil), first: estimate(first), second: estimate(second))
    }
    let near = cell((0.5, 0.4, 0.6), (0.63, 0.53, 0.73))  // 0.13 apart, √(0.1² + 0.1²) = 0.141
    #expect(near.agrees && !near.isInside)
    let far = cell((0.65, 0.55, 0.75), (0.5, 0.4, 0.6))
    #expect(!far.agrees && !far.isInside)
    #expect(cell((1, 1, 1), (1, 1, 1)).agrees && cell((1, 1, 1), (1, 1, 1)).isInside)
    let same = try EvaluationSummary(results([("a", 1, 0), ("a", 0, 1), ("b", 1, 1)]), score: "exact")
    let other = try EvaluationSummary(results([("a", 1, 0), ("b", 0, 1), ("c", 0, 1)]), score: "exact")
    let comparison = EvaluationComparison(same, other)
    #expect(comparison.cells.count == 4)
    #expect(comparison.text.hasPrefix("3 of 4 means agree"), "\(comparison.text)")
    #expect(comparison.text.contains("b, laq at 8: 100 (100–100), then 0 (0–0)"), "\(comparison.text)")
  }

  @Test func namesOfFilesEndNeitherACellNorALine() throws {
    let summary = EvaluationSummary(try results([("a|b\r\nc\u{1B}[31m\u{2028}", 1, 0)]), score: "exact")
    let lines = SummaryTable(summary).markdown.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines.count == 6 && lines[0] == "| policy | budget | kept | window | by score | a\\|b  c [31m  |",
      "\(lines)")
    #expect(Set(lines.dropLast().map(\.count)) == [lines[0].count])
  }
}
