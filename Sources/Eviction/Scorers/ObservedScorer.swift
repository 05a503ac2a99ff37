import Transformer

/// kvpress' ObservedAttention: the attention that a token received on average from the queries that see it.
///
///     s[j] = Σ_{i >= j} softmax_j(q_i·k_j / √d) / (n − j)
///
/// H2O (`h2o`) without the division favours the first tokens, which more queries see, and keeps recent ones
/// besides; this protects nothing. A sliding window of the model is not looked at by the division, as in
/// kvpress.
package struct ObservedScorer: GroupScorer, Hashable {
  /// Makes the scorer; it has no settings.
  package init() {}

  package var readsWholeMatrix: Bool { true }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] { [] }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) -> [[Float]] {
    evidence.recording.receivedAttention(layer: layer, kvHead: kvHead).map { sums in
      sums.enumerated().map { $1 / Float(sums.count - $0) }
    }
  }
}
