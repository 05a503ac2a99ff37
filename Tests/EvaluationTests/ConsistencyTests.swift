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
      }
    }
  }

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
    let lineCount = rows[0].outcomes.count { !$0.series.isEmpty } * shape.layerCount * shape.queryHeadCount
    #expect(table.csv.split(separator: "\n").count == 1 + lineCount)
    #expect(table.markdown.contains("| oracle |") && table.notes.contains("none.txt: there is no such file"))
  }

  @Test func optionsMakeTheSameSuite() throws {
    let suite = ConsistencySuite(texts: ["a", "b"], question: "Who?", answerLimit: 7)
    #expect(try ConsistencySuite(options: suite.options).options == suite.options)
    #expect(throws: EvaluationError.self) { try ConsistencySuite(options: ["texts": "a"]) }
  }
}
