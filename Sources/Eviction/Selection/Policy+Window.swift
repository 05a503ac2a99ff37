import Transformer

extension Policy {
  /// How many of the prompt's last tokens the policy chooses by under some evidence: its own window, or that
  /// of its cheap stage where it has none of its own; `nil` for policies without a window.
  public func window(_ evidence: Evidence) -> Int? {
    guard let scorer, let own = scorer.resolved(for: evidence).observedTokens else { return nil }
    let count = own > 0 ? own : lookahead?.cheap.window(evidence) ?? 0
    return count > 0 ? min(count, evidence.recording.tokenCount) : nil
  }
}
