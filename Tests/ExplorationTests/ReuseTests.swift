import Eviction
import Synchronization
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// Runs that are told anew after a change of settings: what is kept is what would have been computed.
@Suite struct ReuseTests {
  @Test func unchangedLanesAreKept() async throws {
    let first = try await RunTests.tell(["laq", "snapkv"], budget: 24)
    let second = try await RunTests.tell(["laq", "snapkv", "streaming"], budget: 24, earlier: first)
    let fresh = try await RunTests.tell(["streaming"], budget: 24)
    for (old, new) in zip(first.results, second.results) {
      // Measured seconds are never the same twice.
      #expect(old.evictionSeconds == new.evictionSeconds)
      #expect(old.kept == new.kept && old.answer.tokens == new.answer.tokens)
    }
    #expect(second.full?.answer.tokens == first.full?.answer.tokens)
    #expect(second.results[2].answer.tokens == fresh.results[0].answer.tokens)
    #expect(
      second.results[2].answer.steps == fresh.results[0].answer.steps, "compared with the kept full answer")
    #expect(second.figures == first.figures)
  }

  @Test func aChangedBudgetGivesWhatAFreshRunGives() async throws {
    let names = ["laq", "laq++(m=3)", "snapkv", "h2o", "oracle"]
    let first = try await RunTests.tell(names, budget: 24)
    let again = try await RunTests.tell(names, budget: 32, earlier: first)
    let fresh = try await RunTests.tell(names, budget: 32)
    #expect(again.figures == fresh.figures)
    #expect(again.decodeMass?.layers == fresh.decodeMass?.layers)
    for (a, b) in zip(again.results, fresh.results) {
      #expect(a.kept == b.kept && a.agreement == b.agreement, "\(a.policy)")
      #expect(a.answer.tokens == b.answer.tokens && a.answer.steps == b.answer.steps, "\(a.policy)")
      #expect(a.followed?.steps == b.followed?.steps, "\(a.policy)")
      #expect(a.lookahead?.pseudo.tokens == b.lookahead?.pseudo.tokens, "\(a.policy)")
    }
  }

  @Test func anotherGranularityOrAnswerLengthKeepsNoLane() async throws {
    let first = try await RunTests.tell(["snapkv"], budget: 24)
    let again = try await RunTests.tell(["snapkv"], budget: 24, granularity: .queryHead, earlier: first)
    #expect(again.results[0].kept.granularity == .queryHead)
    var longer = first.settings
    longer.answerLimit += 1
    let run = Run(modelName: "", prompt: first.prompt, settings: longer, vocabulary: first.vocabulary)
    #expect(RunReuse(first, for: run).full == nil)
    #expect(RunReuse(first, for: first).full != nil)
  }

  @Test func lanesThatWentAstrayAreComparedAtEveryToken() async throws {
    let run = try await RunTests.tell(["streaming", "oracle", "laq"], budget: 24)
    let full = try #require(run.full)
    let astray = run.results.filter { $0.answer.firstDifference(from: full.answer) != nil }
    #expect(!astray.isEmpty)
    for result in run.results {
      let figures = ResultFigures(result, full: full)
      #expect(figures.compared == full.answer.steps.count, "\(result.policy)")
      #expect(figures.agreeing <= figures.compared)
      // The full cache's answer was fed, so it differs where the result would have said something else.
      if let difference = figures.firstDifference {
        #expect(result.followed?.tokens == full.answer.tokens)
        #expect(result.followed?.steps[difference].choice != full.answer.steps[difference].choice)
        #expect(figures.agreeing < figures.compared)
      } else {
        #expect(result.followed == nil && figures.agreeing == figures.compared)
      }
    }
  }

  @Test func theCacheGrowsByATokenAStep() async throws {
    let run = try await RunTests.tell(["laq", "h2o+decode(every=1,keep=24)"], budget: 24)
    #expect(run.full?.answer.heldTokens.first == Double(run.prompt.tokens.count))
    let held = run.results[0].answer.heldTokens
    #expect(held == held.indices.map { 24 + Double($0) })
    #expect(run.results[0].lookahead?.pseudo.heldTokens.first == 24)
    #expect(run.results[1].answer.heldTokens.allSatisfy { $0 == 24 }, "reduced after every token")
  }
}
