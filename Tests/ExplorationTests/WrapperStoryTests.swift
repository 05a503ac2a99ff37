import Eviction
import Testing
import Transformer
@testable import Exploration

/// Allocations and wrappers in whole stories, on the embedded model.
@Suite struct WrapperStoryTests {
  @Test func everyAllocationAndWrapperAnswers() async throws {
    let names = [
      "laq/ada", "laq/cake", "laq++/pyramid", "snapkv/global", "cake/cake", "streaming/simlayer",
      "snapkv/ratios(0.9:0.5)",
      "snapkv/ada+critical", "laq+chunkkv(size=8)", "h2o+chunk(size=32)", "snapkv(w=8)+block(size=16)",
      "laq/ada+critical+rerotate", "snapkv(w=8)+decode(every=2,keep=12)", "h2o+decode(every=1,keep=16)",
    ]
    for granularity in Granularity.allCases {
      let story = try await StoryTests.tell(names, budget: 24, granularity: granularity)
      #expect(story.stage == .done)
      #expect(story.unavailableReasons.isEmpty, "\(story.unavailableReasons)")
      #expect(story.results.map(\.policy.name) == names)
      for lane in story.results { #expect(!lane.answer.tokens.isEmpty, "\(lane.policy)") }
    }
  }

  @Test func movingKeysTogetherKeepsTheSet() async throws {
    let story = try await StoryTests.tell(["laq", "laq+rerotate"], budget: 24)
    #expect(story.results[0].kept == story.results[1].kept)
    #expect(story.results[0].answer.steps[1] != story.results[1].answer.steps[1])
  }

  /// Nothing is evicted: moved by nothing, reduced to more than there is.
  @Test func wrappersThatHaveNothingToDoChangeNothing() async throws {
    let names = [
      "snapkv", "snapkv+rerotate", "snapkv+decode(every=1,keep=4000)", "h2o+decode(every=1,keep=4000)",
    ]
    let story = try await StoryTests.tell(names, budget: 4096)
    let full = try #require(story.full)
    for lane in story.results {
      #expect(lane.answer.tokens == full.answer.tokens, "\(lane.policy)")
      #expect(lane.answer.steps.allSatisfy { ($0.divergence ?? 0) < 1e-3 }, "\(lane.policy)")
    }
  }

  @Test func aReducedCacheHoldsWhatTheRuleSays() async throws {
    let story = try await StoryTests.tell(["h2o", "h2o+decode(every=1,keep=12)"], budget: 24)
    #expect(story.results[0].kept == story.results[1].kept)
    // The first two choices come from the prompt's logits and from a token that still saw all 24: only then
    // is the cache reduced to 12. Plain storage sums in another order than packed bf16, but this model runs
    // in f32 throughout.
    let steps = story.results.map(\.answer.steps)
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
