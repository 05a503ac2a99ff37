import Eviction
import Transformer

/// What one policy made of the prompt at one budget: what it kept, and the answer that this led to.
public struct PolicyResult: Sendable {
  /// The policy.
  public let policy: Policy
  /// The budget that was asked for; `nil` for the full cache.
  public internal(set) var budget: Budget?
  /// What that is of this prompt.
  var tokenBudget: TokenBudget?
  /// The kept positions.
  public let kept: KeptTokens
  /// The scores behind them; `nil` for the full cache.
  public let scores: ScoreTable?
  /// What was chosen by what, and what was not; `nil` for the full cache.
  public internal(set) var choice: ChoiceFigures?
  /// LAQ's lookahead, for policies that have one.
  public internal(set) var lookahead: Lookahead?
  /// Per layer and query head, how much of the decode attention the kept set covers; `nil` until the full
  /// cache has answered. `[layer][queryHead]`.
  public internal(set) var agreement: [[Agreement]]?
  /// The highest mean recall that any choice of as many tokens reaches, as heads share kept sets; `nil` until
  /// the full cache has answered.
  public internal(set) var recallCeiling: Double?
  /// Per layer and query head, how far the attention output on the kept tokens is from that on all of them
  /// (`OutputErrors`); `nil` until the figures are there, and without values.
  public internal(set) var outputErrors: [[Double]]?
  /// The answer so far.
  public internal(set) var answer = Continuation()
  /// What the cache says at each token of the full cache's answer, where its own answer is another; `nil`
  /// until it is known, and where the answers are the same.
  public internal(set) var followed: Continuation?
  /// Seconds that scoring and selection took; a lookahead before them is shared and counts in
  /// `StageTimes.lookahead`.
  public internal(set) var evictionSeconds = 0.0

  /// Whether it is what a file has kept, without the scores behind it.
  var isRemembered = false

  /// Whether anything has been decoded on the cache; of a trace's results, only on the full cache's.
  public var hasAnswer: Bool { !answer.tokens.isEmpty || !answer.steps.isEmpty || answer.hasEnded }

  /// Whether another result has an equal cache, and one that stays equal while both grow by the same tokens.
  func decodes(as other: PolicyResult) -> Bool {
    kept == other.kept && policy.rerotates == other.policy.rerotates
      && !policy.evictsWhileDecoding && !other.policy.evictsWhileDecoding
  }

  /// The mean share of the true attention mass that falls on kept tokens.
  public var massRecall: Double? { mean(\.massRecall) }
  /// The mean recall of the oracle's tokens.
  public var recall: Double? { mean(\.recall) }

  /// What was kept, before anybody asked.
  var unasked: PolicyResult {
    var kept = self
    (kept.answer, kept.followed, kept.agreement) = (Continuation(), nil, nil)
    (kept.recallCeiling, kept.outputErrors) = (nil, nil)
    return kept
  }

  /// The mean error of the attention output, over all layers and query heads.
  public var outputError: Double? {
    guard let all = outputErrors?.joined(), !all.isEmpty else { return nil }
    return all.reduce(0, +) / Double(all.count)
  }

  /// What of the policy does nothing here, in sentences.
  public var notes: [String] {
    guard let choice else { return [] }
    return choice.notes.map { $0.sentence(policy, budget: String(choice.facts.budget)) }
  }

  /// The lookahead at this budget, if there is one.
  var lookaheadKey: LookaheadKey? {
    guard let lookahead, let tokenBudget else { return nil }
    return LookaheadKey(
      settings: lookahead.settings, budget: tokenBudget, tokenCount: kept.tokenCount)
  }

  /// What the full cache is, an answer yet to come.
  static func full(_ recording: Recording) -> PolicyResult? {
    full(shape: recording.shape, tokenCount: recording.tokenCount)
  }

  /// The same without a recording.
  static func full(shape: ModelShape, tokenCount: Int) -> PolicyResult? {
    Policy("full").map {
      PolicyResult(
        policy: $0, kept: .all(shape: shape, tokenCount: tokenCount), scores: nil, lookahead: nil,
        agreement: nil)
    }
  }

  private func mean(_ value: KeyPath<Agreement, Double>) -> Double? {
    guard let all = agreement?.flatMap({ $0 }), !all.isEmpty else { return nil }
    return all.reduce(0) { $0 + $1[keyPath: value] } / Double(all.count)
  }
}

/// Why a policy has no result at a budget.
public struct Unavailable: Error, Hashable, CustomStringConvertible {
  /// The policy.
  public let policy: Policy
  /// The budget that was asked for.
  public let budget: Budget
  /// The sentence: what is missing, and what to do.
  public let reason: String

  /// The reason.
  public var description: String { reason }
}
