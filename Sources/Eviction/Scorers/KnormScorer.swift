import Transformer

/// Knorm (Devoto et al. 2024, arXiv 2406.11430): keys of a small norm attract attention.
///
///     s[j] = −‖k_j‖₂
package struct KnormScorer: GroupScorer, Hashable {
  /// Makes the scorer; it has no settings.
  package init() {}

  package var observedTokens: Int? { 0 }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] { [] }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) -> [[Float]] {
    let keys = evidence.recording.keys(layer: layer, kvHead: kvHead)
    return [norms(keys, dimension: evidence.recording.shape.headDimension).map { -$0 }]
  }
}
