import Transformer

/// The scores behind an earlier choice of the same prompt: whoever chooses by the same numbers need not
/// compute them again, whatever the budget is.
public struct EarlierScores: Sendable {
  private let policy: Policy
  /// What its windows were resolved for.
  private let facts: PromptFacts
  private let table: ScoreTable

  /// Takes note of what a policy has chosen by; `nil` where wrappers have made other numbers of the scorer's.
  public init?(_ table: ScoreTable?, of policy: Policy, facts: PromptFacts) {
    let isPlain = policy.wrappers.allSatisfy {
      switch $0 {
      case .critical, .grouped: false
      case .rerotate, .decode: true
      }
    }
    guard let table, isPlain, policy.map == nil else { return nil }
    (self.policy, self.facts, self.table) = (policy, facts, table)
  }

  /// The table for a scorer at a budget; `nil` where its numbers would be others.
  ///
  /// A lookahead's queries are made anew for each budget, so that its scores are not looked for here.
  /// - Parameter scorer: its windows resolved.
  func table(for scorer: any Scorer, budget: Int, granularity: Granularity, tokenCount: Int) -> ScoreTable? {
    guard table.granularity == granularity, table.tokenCount == tokenCount,
      !scorer.needs.contains(.lookahead), let own = try? policy.scorer?.resolved(for: facts),
      let a = own as? any Hashable, let b = scorer as? any Hashable, AnyHashable(a) == AnyHashable(b)
    else { return nil }
    return table.protectingAnew(scorer.protectedPositions(tokenCount: tokenCount, budget: budget))
  }
}

extension Policy {
  /// Whether the attention of all of the prompt's queries is looked at, by it or by what chooses its cheap
  /// cache: a good part of a prefill's time.
  public var readsWholeMatrix: Bool {
    scorer?.readsWholeMatrix == true || lookahead?.cheap.readsWholeMatrix == true
  }

  /// Whether scores of earlier choices serve it at a budget, so that nothing is scored again.
  public func sharesScores(
    with earlier: [EarlierScores], facts: PromptFacts, granularity: Granularity, tokenCount: Int
  ) -> Bool {
    guard let resolved = try? scorer?.resolved(for: facts) else { return false }
    return earlier.contains {
      $0.table(
        for: resolved, budget: facts.budget, granularity: granularity, tokenCount: tokenCount) != nil
    }
  }
}
