import Transformer

extension Policy {
  /// How many of the prompt's last tokens the policy chooses by under some evidence and at a budget of tokens
  /// per head: its own window, or that
  /// of its cheap stage where it has none of its own; `nil` for policies without a window.
  public func window(_ evidence: Evidence, budget: Int) -> Int? {
    let scorer = try? scorer?.resolved(for: evidence.facts(budget: budget))
    guard let own = scorer?.observedTokens else { return nil }
    let count = own > 0 ? own : lookahead?.cheap.window(evidence, budget: budget) ?? 0
    return count > 0 ? min(count, evidence.recording.tokenCount) : nil
  }
}
