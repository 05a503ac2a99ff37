import Eviction
import Transformer

/// Which policies wait until somebody looks at them: those whose choice takes long on a prompt, so that nobody
/// waits for what is not on the screen.
enum WaitingPolicies {
  /// Multiplications and additions from which on a policy waits: about a second of two cores with AVX2.
  static let leastWork = 50_000_000_000

  /// The policies of a request that wait beside those that are looked at.
  /// - Parameters:
  ///   - passes: passes that have been made.
  ///   - earlier: scores that are known.
  static func of(
    _ request: RunRequest, shape: ModelShape, passes: Set<ContextPass>, earlier: [EarlierScores],
    leastWork: Int
  ) -> [Policy] {
    guard let watched = request.watched else { return [] }
    let count = request.prompt.tokens.count
    return request.policies.filter { policy in
      guard !watched.contains(policy), !request.lacksQueries(of: policy) else { return false }
      let known = request.budgets.allSatisfy { budget in
        policy.sharesScores(
          with: earlier, facts: request.facts(budget), granularity: request.granularity, tokenCount: count)
      }
      return !known && work(policy, shape: shape, tokenCount: count, passes: passes) >= leastWork
    }
  }

  /// About how much a policy's choice takes, beside what every policy costs.
  private static func work(
    _ policy: Policy, shape: ModelShape, tokenCount: Int, passes: Set<ContextPass>
  ) -> Int {
    let width = shape.queryHeadCount * shape.headDimension
    var work = 0
    if policy.readsWholeMatrix {
      // A score, and its exponential, which is as much again.
      work += tokenCount * tokenCount / 2 * shape.layerCount * 2 * width
    }
    if let pass = policy.pass, !passes.contains(pass) {
      // A layer has about twelve matrices of its width, and two products of attention.
      work += tokenCount * shape.layerCount * width * (12 * width + tokenCount)
    }
    return work
  }
}

extension RunRequest {
  /// Whether a policy looks at queries that are not recorded: it has no result, and need not wait for none.
  fileprivate func lacksQueries(of policy: Policy) -> Bool {
    recording == .windows && observedTokens(policy) == nil
  }
}

extension Run {
  /// What its results were chosen by, for other choices of the same prompt.
  var earlierScores: [(scores: EarlierScores, seconds: Double)] { scores { _ in true } }

  /// The same of some policies.
  func scores(_ isWanted: (Policy) -> Bool) -> [(scores: EarlierScores, seconds: Double)] {
    results.filter { isWanted($0.policy) }.compactMap { result in
      let budget = result.tokenBudget?.tokens ?? settings.budget
      return EarlierScores(result.scores, of: result.policy, facts: prompt.facts(budget: budget)).map {
        ($0, result.evictionSeconds)
      }
    }
  }
}
