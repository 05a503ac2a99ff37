import Eviction
import Testing
import Transformer

@testable import Exploration

/// What another budget costs: what does not hang on it is not computed anew.
@Suite struct BudgetChangeTests {
  private static let names = ["laq(m=4)", "snapkv", "h2o", "streaming", "oracle", "kvzip", "observed"]

  @Test func anotherBudgetPassesNothingScoresNothingAgainAndAsksTheFullCacheNothing() async throws {
    let engine = try CountedEngine()
    let (first, opening) = await engine.run(try engine.begun(Self.names))
    let (again, cost) = await engine.run(try engine.begun(Self.names, budget: 32), earlier: first)
    let (fresh, whole) = await engine.run(try engine.begun(Self.names, budget: 32))
    #expect(opening.prefills == 1 && opening.passes == 1 && !opening.scored.isEmpty)
    #expect(cost.prefills == 0 && cost.passes == 0 && cost.scored.isEmpty)
    // The full cache's answer is not among what is decoded.
    #expect(cost.fedTokens <= whole.fedTokens - (fresh.full?.answer.tokens.count ?? 0))
    for (a, b) in zip(again.results, fresh.results) {
      #expect(a.kept == b.kept && a.scores?.layers == b.scores?.layers, "\(a.policy)")
      #expect(a.answer.tokens == b.answer.tokens && a.answer.steps == b.answer.steps, "\(a.policy)")
      #expect(a.followed?.steps == b.followed?.steps && a.agreement == b.agreement, "\(a.policy)")
      #expect(a.scores?.protected(layer: 0, head: 0) == b.scores?.protected(layer: 0, head: 0), "\(a.policy)")
    }
  }

  /// A policy whose scores are there does not wait at another budget, nor under another allocation.
  @Test func whatWasScoredOnceDoesNotWaitAgain() async throws {
    let engine = try CountedEngine()
    let (first, _) = await engine.run(try engine.begun(["snapkv", "h2o"]))
    let watched = [first.settings.policies[0]]
    let (again, cost) = await engine.run(
      try engine.begun(["snapkv", "h2o", "h2o/ada"], budget: 32), earlier: first, lookingAt: watched)
    #expect(again.waiting.isEmpty && again.results.count == 3 && cost.scored.isEmpty)
    let fresh = await engine.run(try engine.begun(["snapkv", "h2o", "h2o/ada"], budget: 32)).0
    #expect(again.results.map(\.kept) == fresh.results.map(\.kept))
    // Other numbers than the scorer's own are no scores for anybody else.
    let (weighed, more) = await engine.run(
      try engine.begun(["h2o+critical"], budget: 32), earlier: first)
    #expect(weighed.results.count == 1)
    let alone = await engine.run(try engine.begun(["h2o+critical"], budget: 32)).0
    #expect(weighed.results.map(\.kept) == alone.results.map(\.kept) && more.prefills == 0)
    let (back, scoring) = await engine.run(try engine.begun(["h2o"], budget: 32), earlier: weighed)
    #expect(scoring.scored == Set(back.settings.policies))
    #expect(back.results.map(\.kept) == Array(fresh.results.map(\.kept)[1...1]))
  }

  @Test func lanesWithTheSameTokensKeepTheirAnswers() async throws {
    let engine = try CountedEngine()
    let (first, _) = await engine.run(try engine.begun(["snapkv(w=4)", "random"], budget: 4096))
    let (again, cost) = await engine.run(
      try engine.begun(["snapkv(w=4)", "random"], budget: 5000), earlier: first)
    #expect(cost.fedTokens == 0)
    #expect(again.results.map(\.answer.tokens) == first.results.map(\.answer.tokens))
  }

  /// Evaluations ask for a policy at many budgets: it scores once.
  @Test func severalBudgetsOfARequestScoreOnce() async throws {
    let engine = try CountedEngine()
    let run = try engine.begun(["h2o"])
    func request(_ budgets: [Int]) -> RunRequest {
      RunRequest(
        prompt: run.prompt, policies: run.settings.policies, budgets: budgets.map(Budget.tokens),
        answerLimit: 4)
    }
    let together = try await engine.engine.results(request([12, 24, 48]))
    for (index, budget) in [12, 24, 48].enumerated() {
      let alone = try await engine.engine.results(request([budget]))
      #expect(try alone[1].get().kept == together[1 + index].get().kept)
    }
  }
}
