import Eviction
import Transformer

/// What one policy made of the prompt: what it kept, and the answer that this led to.
public struct Lane: Sendable {
  /// The policy.
  public let policy: Policy
  /// The kept positions.
  public let kept: KeptTokens
  /// The scores behind them; `nil` for the full cache.
  public let scores: ScoreTable?
  /// LAQ's lookahead, for policies that have one.
  public internal(set) var lookahead: Lookahead?
  /// Per layer and query head, how much of the truth the kept set covers; `nil` until the full cache
  /// has answered. `[layer][queryHead]`.
  public internal(set) var agreement: [[Agreement]]?
  /// The answer so far.
  public internal(set) var answer = Continuation()
  /// What the cache says at each token of the full cache's answer, where its own answer is another; `nil` until it is
  /// known, and where the answers are the same.
  public internal(set) var followed: Continuation?
  /// Seconds that scoring and selection took; a lookahead before them is shared and counts in `StageTimes.lookahead`.
  public internal(set) var evictionSeconds = 0.0

  /// Whether anything has been decoded on the cache; of a trace's lanes, only on the full cache's.
  public var hasAnswer: Bool { !answer.tokens.isEmpty || !answer.steps.isEmpty || answer.hasEnded }

  /// The mean share of the true attention mass that falls on kept tokens.
  public var massRecall: Double? { mean(\.massRecall) }
  /// The mean recall of the oracle's tokens.
  public var recall: Double? { mean(\.recall) }

  private func mean(_ value: KeyPath<Agreement, Double>) -> Double? {
    guard let all = agreement?.flatMap({ $0 }), !all.isEmpty else { return nil }
    return all.reduce(0) { $0 + $1[keyPath: value] } / Double(all.count)
  }
}

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
  /// In what a lookahead that a trace has recorded differs from the one that was asked for, in a few words; `nil` where it
  /// is that one.
  public internal(set) var departure: String?
}
