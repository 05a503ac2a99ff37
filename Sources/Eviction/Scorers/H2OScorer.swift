import Transformer

/// H2O, the heavy-hitter oracle (Zhang et al. 2023, arXiv 2306.14048), applied once after the prefill.
///
///     s[j] = Σ_{i >= j} softmax_j(q_i·k_j / √d)  over all prompt queries
///
/// Half of the budget goes to the newest tokens, the rest to the largest sums. The set is fixed after the
/// prompt, as for the other policies; `h2o+decode(every=1,keep=B)` goes on accumulating and evicting while it
/// decodes, as the original does. The H2O of LAQ's fork looks at the last window only, which is
/// `snapkv(pool=none)`.
package struct H2OScorer: GroupScorer, Hashable {
  /// Makes the scorer; it has no settings.
  package init() {}

  package var readsWholeMatrix: Bool { true }
  package var following: DecodeFollowing? { .received }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] {
    newest(budget / 2, of: tokenCount)
  }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) -> [[Float]] {
    evidence.recording.receivedAttention(layer: layer, kvHead: kvHead)
  }
}
