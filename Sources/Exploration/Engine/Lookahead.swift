import Eviction
import Transformer

/// LAQ's stages 2 and 3: the cheap cache, and the pseudo tokens that were decoded on it.
public struct Lookahead: Sendable {
  /// How it was made.
  public let settings: LookaheadSettings
  /// What the cheap cache held of the prompt; `nil` where a trace does not tell.
  public let cheap: KeptTokens?
  /// The pseudo tokens; exactly one query was stored for each.
  public internal(set) var pseudo = Continuation()
  /// The Q-cache.
  public internal(set) var queries: QueryRows
  /// In what a lookahead that a trace has recorded, or for which the model's context has too little room,
  /// differs from the one that was asked for, in a few words; `nil` where it is that one.
  public internal(set) var mismatch: String?
}

/// A policy at a budget.
struct BudgetedPolicy {
  let policy: Policy
  let budget: Budget

  /// What the budget is of a prompt.
  /// - Throws: `BudgetError` when it holds no token.
  func tokens(_ recording: Recording, _ granularity: Granularity) throws -> TokenBudget {
    try budget.resolved(shape: recording.shape, granularity: granularity, tokenCount: recording.tokenCount)
  }

  /// The lookahead that must run first, if there is one.
  func lookahead(_ recording: Recording, _ granularity: Granularity) -> LookaheadKey? {
    guard let settings = policy.lookahead, let tokens = try? tokens(recording, granularity) else {
      return nil
    }
    return LookaheadKey(settings: settings, budget: tokens)
  }
}

/// A lookahead at a budget, which policies with equal settings share.
struct LookaheadKey: Hashable {
  let settings: LookaheadSettings
  let budget: TokenBudget
}
