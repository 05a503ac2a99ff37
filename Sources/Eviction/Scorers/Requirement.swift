/// What must be computed beside the prefill before a scorer can look at its evidence.
public enum Requirement: Sendable, Hashable {
  /// Pseudo tokens, decoded on a cheap cache: `Evidence.lookahead`.
  case lookahead
  /// The full cache's whole answer: `Evidence.decode`.
  case decode
  /// A trained gate, run along with the prefill: `Evidence.gate`.
  case gate
  /// A further pass of the model over the prompt: `Evidence.passes`.
  case pass(ContextPass)
}
