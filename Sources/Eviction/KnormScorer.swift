import Transformer

/// Knorm (Devoto et al. 2024, arXiv 2406.11430): keys of a small norm attract attention.
///
///     s[j] = −‖k_j‖₂
public struct KnormScorer: GroupScorer, Hashable {
  /// Makes the scorer; it has no settings.
  public init() {}

  public var observedTokens: Int? { 0 }

  public func protectedPositions(tokenCount: Int, budget: Int) -> [Int] { [] }

  public func scores(layer: Int, kvHead: Int, evidence: Evidence) -> [[Float]] {
    let keys = evidence.recording.keys(layer: layer, kvHead: kvHead)
    return [norms(keys, dimension: evidence.recording.shape.headDimension).map { -$0 }]
  }
}
