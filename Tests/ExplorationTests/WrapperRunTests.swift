import Eviction
import Testing
import Transformer
@testable import Exploration

/// Allocations and wrappers in whole runs, on the embedded model.
@Suite struct WrapperRunTests {
  @Test func everyAllocationAndWrapperAnswers() async throws {
    let names = [
      "laq/ada", "laq/cake", "laq++/pyramid", "snapkv/global", "cake/cake", "streaming/simlayer",
      "snapkv/ratios(0.9:0.5)",
      "snapkv/ada+critical", "laq+chunkkv(size=8)", "h2o+chunk(size=32)", "snapkv(w=8)+block(size=16)",
      "laq/ada+critical+rerotate", "snapkv(w=8)+decode(every=2,keep=12)", "h2o+decode(every=1,keep=16)",
    ]
    for granularity in Granularity.allCases {
      let run = try await RunTests.tell(names, budget: 24, granularity: granularity)
      #expect(run.stage == .done)
      #expect(run.unavailableReasons.isEmpty, "\(run.unavailableReasons)")
      #expect(run.results.map(\.policy.name) == names)
      for result in run.results { #expect(!result.answer.tokens.isEmpty, "\(result.policy)") }
    }
  }

  @Test func movingKeysTogetherKeepsTheSet() async throws {
    let run = try await RunTests.tell(["laq", "laq+rerotate"], budget: 24)
    #expect(run.results[0].kept == run.results[1].kept)
    #expect(run.results[0].answer.steps[1] != run.results[1].answer.steps[1])
  }

  /// Nothing is evicted: moved by nothing, reduced to more than there is.
  @Test func wrappersThatHaveNothingToDoChangeNothing() async throws {
    let names = [
      "snapkv", "snapkv+rerotate", "snapkv+decode(every=1,keep=4000)", "h2o+decode(every=1,keep=4000)",
    ]
    let run = try await RunTests.tell(names, budget: 4096)
    let full = try #require(run.full)
    for result in run.results {
      #expect(result.answer.tokens == full.answer.tokens, "\(result.policy)")
      #expect(result.answer.steps.allSatisfy { ($0.divergence ?? 0) < 1e-3 }, "\(result.policy)")
    }
  }

  @Test func aReducedCacheHoldsWhatTheRuleSays() async throws {
    let run = try await RunTests.tell(["h2o", "h2o+decode(every=1,keep=12)"], budget: 24)
    #expect(run.results[0].kept == run.results[1].kept)
    // The first two choices come from the prompt's logits and from a token that still saw all 24: only then
    // is the cache reduced to 12. Plain storage sums in another order than packed bf16, but this model runs
    // in f32 throughout.
    let steps = run.results.map(\.answer.steps)
    #expect(steps[0][0] == steps[1][0])
    #expect(steps[0][1] == steps[1][1])
    #expect(steps[0][2] != steps[1][2])
  }

  @Test func sharesAreResolvedForThePrompt() async throws {
    var settings = ExplorationSettings()
    let shape = ModelShape(layerCount: 2, queryHeadCount: 4, kvHeadCount: 2, headDimension: 8)
    try settings.resolve(Budget(parsing: "25%"), shape: shape, tokenCount: 150)
    #expect(settings.budget == 37 && settings.tokenBudget(tokenCount: 150).exact == 37.5)
    settings.budget = 40
    #expect(settings.share == nil && settings.tokenBudget(tokenCount: 150).exact == 40)
  }
}
