import Eviction
import Exploration
import Foundation
import Testing
import Transformer

@testable import Evaluation

@Suite struct ConsistencyTests {
  static let text =
    (0..<12).map { "The passcode of house \($0) is amber lantern \($0 * 7 % 10). " }.joined()
    + "Question: What is the passcode of house 3? Answer:"

  /// The same measurement that the explorer's screens show.
  @Test func figuresAreThoseOfTheExplorersRun() async throws {
    let place = try Workplace()
    let tokenizer = place.model.checkpoint.tokenizer
    let prompt = try Prompt(name: "text", text: Array(Self.text.utf8), tokenizer: tokenizer)
    let policies = [Policy.named("laq"), .named("snapkv")]
    let engine = place.model.engine()
    let measured = try await engine.consistency(
      RunRequest(prompt: prompt, policies: policies, budgets: [.tokens(16), .tokens(40)], answerLimit: 8))
    for (index, budget) in [16, 40].enumerated() {
      let run = await engine.run(
        Run(
          modelName: "embedded", prompt: prompt,
          settings: ExplorationSettings(budget: budget, policies: policies, answerLimit: 8),
          vocabulary: Vocabulary(tokenizer)))
      let figures = try #require(run.figures)
      #expect(measured.windowCosine == figures.windowAgreement[measured.standardWindow])
      #expect(measured.decodeRowCount == run.decodeQueries?.count)
      for (number, policy) in policies.enumerated() {
        let result = try measured.results[number * 2 + index].get()
        #expect(result.policy == policy && result.kept.meanCount == Double(budget))
        #expect(result.agreement == run.result(number)?.agreement)
        #expect(result.recallCeiling == run.result(number)?.recallCeiling)
        let window = try #require(measured.windowCosine(result))
        #expect(window.size == run.windowSize(of: run.result(number)))
        #expect(window.cosines == figures.windowAgreement[window.size])
        #expect(measured.lookaheadCosine(result) == figures.lookaheadAgreement[policy])
        // Steps and heads are two ways to take the same mean.
        let steps = try #require(measured.windowSteps(result))
        #expect(steps.count == measured.decodeRowCount)
        let heads = window.cosines.joined().map(\.withoutSinks)
        #expect(abs(mean(steps.map(\.withoutSinks)) - mean(heads)) < 1e-9)
        let ahead = measured.lookaheadSteps(result)
        #expect((ahead == nil) == (policy.lookahead == nil))
        if let ahead, let heads = measured.lookaheadCosine(result) {
          #expect(abs(mean(ahead.map(\.withSinks)) - mean(heads.joined().map(\.withSinks))) < 1e-9)
        }
        #expect(measured.coverage(result).count == measured.decodeRowCount)
      }
    }
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }

  @Test func rowsHoldMeansAndEveryHead() async throws {
    let place = try Workplace()
    try Data(Self.text.utf8).write(to: URL(fileURLWithPath: place.path("a.txt")))
    var settings = place.settings
    settings.policies = [.named("laq"), .named("oracle"), .named("finch")]
    settings.granularity = .queryHead
    let suite = ConsistencySuite(texts: [place.path("a.txt"), place.path("none.txt")], answerLimit: 4)
    let plan = try EvaluationPlan(suite, model: place.model.identity, settings: settings)
    let rows = try await place.run(suite, plan: plan, to: "rows.jsonl")
    #expect(rows[1].unavailable?.contains("there is no such file") == true)
    let shape = place.model.checkpoint.configuration.shape
    let full = try #require(rows[0].outcomes.first)
    #expect(full.series["shape"] == [Double(shape.layerCount), Double(shape.queryHeadCount)])
    for outcome in rows[0].outcomes where outcome.unavailable == nil {
      for (name, value) in outcome.scores where name != "window" && name != "recallCeiling" {
        let heads = try #require(outcome.series[name])
        #expect(heads.count == shape.layerCount * shape.queryHeadCount)
        let mean = heads.reduce(0, +) / Double(heads.count)
        #expect(abs(mean - value) < 1e-12)
        #expect(value >= -1 && value < 1.000_001)
      }
    }
    // With a set for each query head, the oracle keeps its own tokens.
    #expect(rows[0].outcome(.named("oracle"), .tokens(24))?.scores["recall"] == 1)

    let results = try EvaluationResults(plan: plan, rows: rows)
    let summary = ConsistencySummary(results)
    let point = try #require(summary.lines.first?.points.first)
    #expect(summary.textCount == 1 && point.keptTokens == 24)
    #expect(point.means[.recall] == rows[0].outcome(.named("laq"), .tokens(24))?.scores["recall"])
    let layers = try #require(point.layers[.recall])
    #expect(layers.count == shape.layerCount)
    let mean = layers.reduce(0, +) / Double(layers.count), recall = try #require(point.means[.recall])
    #expect(abs(mean - recall) < 1e-12)
    let table = ConsistencyTable(results)
    let stepCount = try #require(full.series["windowCosineByStep"]).count
    #expect(stepCount > 1 && full.series["truthCosineWithoutSinksByStep"]?.count == stepCount)
    let laq = try #require(rows[0].outcome(.named("laq"), .tokens(24)))
    for name in ["recall", "massRecall", "lookaheadCosine", "windowCosineWithoutSinks"] {
      #expect(laq.series[name + "ByStep"]?.count == stepCount, "\(name)")
    }
    let lineCount =
      rows[0].outcomes.count { !$0.series.isEmpty }
      * (shape.layerCount * shape.queryHeadCount + stepCount)
    #expect(table.csv.split(separator: "\n").count == 1 + lineCount)
    #expect(table.markdown.contains("| oracle |") && table.notes.contains("none.txt: there is no such file"))
  }

  /// Late steps are means over the answers that have them, and runs of steps weigh every row alike.
  @Test func stepsAreMeansOverTheAnswersThatHaveThem() {
    let means = StepMeans([[1, 0.5, 0.25], [0, 0.5], [0.5]])
    #expect(means.values == [0.5, 0.5, 0.25] && means.textCounts == [3, 2, 1])
    #expect(means.mean(over: 0..<3) == (1.5 + 1 + 0.25) / 6)
    #expect(means.mean(over: 2..<9) == 0.25 && means.mean(over: 3..<9) == nil)
    #expect(StepMeans([]).values.isEmpty)
    #expect(StepMeans.runs(upTo: 0).isEmpty && StepMeans.runs(upTo: 3) == [0..<3])
    #expect(StepMeans.runs(upTo: 50) == [0..<4, 4..<8, 8..<12, 12..<16, 16..<24, 24..<32, 32..<48, 48..<50])
    for count in 1..<300 {
      let runs = StepMeans.runs(upTo: count)
      #expect(runs.first?.lowerBound == 0 && runs.last?.upperBound == count)
      #expect(zip(runs, runs.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
    }
  }

  /// The table says what single steps say; results of older versions have no such lines.
  @Test func theTableHasLinesForRunsOfSteps() throws {
    let prompt = CasePrompt(
      prompt: try Prompt(name: "a", text: [65], tokenizer: Workplace().model.checkpoint.tokenizer),
      references: [], answerLimit: 1)
    func table(_ series: (ConsistencySuite.Measure) -> [String: [Double]]) throws -> String {
      let laq = Policy.named("laq"), budget = Budget.tokens(16)
      func outcome(_ policy: Policy, _ budget: Budget?, _ measures: [ConsistencySuite.Measure]) -> Outcome {
        Outcome(
          policy: policy, budget: budget, keptTokens: budget.map { _ in 16 },
          scores: Dictionary(uniqueKeysWithValues: measures.map { ($0.rawValue, 0.5) }),
          series: measures.reduce(into: [ConsistencySuite.shapeKey: [1, 1]]) { all, measure in
            all[measure.rawValue] = [0.5]
            all.merge(series(measure)) { $1 }
          })
      }
      let one = EvaluationCase(id: "a", task: ConsistencySuite.name)
      let plan = try EvaluationPlan(
        suite: ConsistencySuite.name, model: ModelIdentity(name: "a", digest: ""),
        settings: EvaluationSettings(policies: [laq], budgets: [budget]), options: [:], cases: [one])
      let row = EvaluationRow(
        one, prompt: prompt,
        outcomes: [
          outcome(Policy.named("full"), nil, [.windowCosine, .decodeCosine]),
          outcome(laq, budget, [.recall, .lookaheadCosine]),
        ])
      return ConsistencyTable(try EvaluationResults(plan: plan, rows: [row])).markdown
    }
    #expect(!(try table { _ in [:] }).contains("By step"))
    let steps = try table { measure in
      let high: Double = measure == .decodeCosine ? 1 : measure == .windowCosine ? 0.25 : 0.75
      return [measure.stepKey: [high, high, high, high, high / 4, high / 2]]
    }
    let lines = steps.split(separator: "\n").map { $0.replacing(#/ +/#, with: " ") }
    #expect(lines.contains("| steps | texts | window | laq at 16 | truth |"))
    #expect(lines.contains("| 1–4 | 1 | 0.250 | 0.750 | 1.000 |"))
    #expect(lines.contains("| 5–6 | 1 | 0.094 | 0.281 | 0.375 |"))
    #expect(lines.contains("| laq | 16 | 0.750 | 0.281 |"))
  }

  @Test func optionsMakeTheSameSuite() throws {
    let suite = ConsistencySuite(texts: ["a", "b"], question: "Who?", answerLimit: 7)
    #expect(try ConsistencySuite(options: suite.options).options == suite.options)
    #expect(throws: EvaluationError.self) { try ConsistencySuite(options: ["texts": "a"]) }
  }
}
