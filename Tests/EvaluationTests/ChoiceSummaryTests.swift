import Eviction
import Foundation
import Testing

@testable import Evaluation

/// What stands beside scores, and the best of a sweep.
@Suite struct ChoiceSummaryTests {
  static func choice(_ json: String) throws -> OutcomeChoice {
    try CanonicalJSON.value(OutcomeChoice.self, from: Data(json.utf8))
  }

  static func outcome(_ policy: String, _ kept: Double, _ json: String, score: Double = 0) throws -> Outcome {
    Outcome(
      policy: .named(policy), budget: .tokens(48), keptTokens: kept, choice: try choice(json),
      scores: ["exact": score])
  }

  @Test func totalsAndWindowsThatAreOthersAreMarked() throws {
    let snapkv = try ChoiceSummary([
      Self.outcome("snapkv", 48, #"{"budget":48,"window":16,"chosenTokens":32}"#),
      Self.outcome("snapkv", 48, #"{"budget":48,"window":16,"chosenTokens":32}"#),
    ])
    #expect(snapkv.kept == "48" && snapkv.window(beside: snapkv) == "16" && snapkv.chosen == "32")
    let chunks = try ChoiceSummary([
      Self.outcome(
        "snapkv+chunkkv", 23, #"{"budget":48,"window":16,"chosenTokens":7.5,"notes":{"otherTotal":23}}"#)
    ])
    #expect(chunks.kept == "23!" && chunks.chosen == "7.5")
    #expect(
      chunks.notes(.init(.named("snapkv+chunkkv"), .tokens(48))) == ["keeps 23 of 48 tokens per head"])
    let laq = try ChoiceSummary([
      Self.outcome("laq", 48, #"{"budget":48,"window":0,"pseudoTokens":8,"chosenTokens":48}"#),
      Self.outcome("laq", 48, #"{"budget":48,"window":0,"pseudoTokens":5,"chosenTokens":48}"#),
    ])
    #expect(laq.window(beside: snapkv) == "0+5–8")
    let wide = try ChoiceSummary([
      Self.outcome("snapkv(w=32)", 48.2, #"{"budget":48,"window":32,"chosenTokens":16}"#)
    ])
    #expect(wide.window(beside: snapkv) == "32!" && wide.kept == "48.2")
    let all = try ChoiceSummary([Self.outcome("h2o", 48, #"{"budget":48,"chosenTokens":24}"#)])
    #expect(all.window(beside: snapkv) == "all!" && all.window(beside: nil) == "all")
    // Results that are older than this say nothing of it.
    let older = ChoiceSummary([Outcome(policy: .named("h2o"), budget: .tokens(48), keptTokens: 48)])
    #expect(older.isEmpty && older.kept == "48" && older.window(beside: snapkv) == "–" && older.chosen == "–")
  }

  @Test func notesSayInHowManyPromptsTheyHold() throws {
    let summary = try ChoiceSummary([
      Self.outcome("snapkv", 48, #"{"budget":48,"window":16,"chosenTokens":32,"notes":{"zeroScores":3}}"#),
      Self.outcome("snapkv", 48, #"{"budget":48,"window":16,"chosenTokens":32,"notes":{"later":1}}"#),
    ])
    #expect(
      summary.notes(.init(.named("snapkv"), .tokens(48))) == [
        "3 kept tokens per head have score 0: they stay for their place alone (1 of 2 prompts)"
      ])
  }

  @Test(arguments: [
    #"{"chosenTokens":-1}"#, #"{"chosenTokens":1e300}"#, #"{"chosenTokens":1,"window":-2}"#, #"{}"#,
    #"{"chosenTokens":1,"budget":99999999999999}"#, #"{"chosenTokens":1,"notes":{"otherTotal":1e99}}"#,
  ]) func numbersThatAreNoTokensAreRefused(_ json: String) {
    #expect(throws: DecodingError.self) { try Self.choice(json) }
  }

  @Test func theBestOfASweepStandsBesideTheDefault() throws {
    let means: [String: Double] = ["snapkv": 0.5, "snapkv(w=8)": 0.9, "snapkv(w=48)": 1, "laq": 0.9]
    let policies = ["snapkv", "laq", "snapkv(w=8)", "snapkv(w=48)"].map(Policy.named)
    let window = #"{"budget":48,"window":48,"chosenTokens":0,"notes":{"choosesNothing":48}}"#
    let choices = [
      EvaluationSummary.Column(.named("snapkv(w=48)"), .tokens(48)): ChoiceSummary([
        try Self.outcome("snapkv(w=48)", 48, window)
      ])
    ]
    let best = SweepBest(policies: policies, budgets: [.tokens(48)], choices: choices) {
      means[$0.policy.name]
    }
    #expect(best.mark(.init(.named("snapkv(w=8)"), .tokens(48))) == " (best w)")
    #expect(best.mark(.init(.named("snapkv"), .tokens(48))).isEmpty)
    #expect(
      best.sentences == [
        "best of 3 w at 48: snapkv(w=8), 90.0; the default snapkv: 50.0",
        "The best is chosen by these very prompts, which favours it.",
      ])
    #expect(SweepBest(policies: policies, budgets: [], choices: [:]) { _ in 1 }.sentences.isEmpty)
    // Where all are alike, none is best.
    #expect(
      SweepBest(policies: policies, budgets: [.tokens(48)], choices: choices) { _ in 1 }.sentences.isEmpty)
  }

  /// Names in files that are older than windows that go by the budget mean the papers' windows.
  @Test func olderFilesKeepTheirMeaning() throws {
    let plan =
      #"{"cases":[{"id":"a","parameters":{},"task":"t"}],"model":{"digest":"","name":"m"},"options":{},"#
      + #""program":"p","settings":{"arithmetic":"float32","budgets":["48"],"granularity":"kv","#
      + #""policies":["snapkv","laq"],"recording":"all"},"suite":"any"}"#
    let row =
      #"{"id":"a","outcomes":[{"budget":"48","policy":"snapkv","scores":{"exact":1}}],"references":[]}"#
    for (version, name) in [(1, "snapkv(w=32)"), (2, "snapkv")] {
      let file = #"{"schema":"laq-tui.evaluation","version":\#(version),"plan":\#(plan),"rows":[\#(row)]}"#
      let results = try EvaluationResults(Data(file.utf8), path: "r.json")
      #expect(results.plan.settings.policies[0].name == name)
      #expect(results.rows[0].outcomes[0].policy.name == name)
    }
  }
}
