import Transformer

/// KeyDiff (Park et al. 2025, arXiv 2504.15364): keys that point elsewhere than the mean of all.
///
///     s[j] = −cos(k_j, anchor),  anchor = mean_j k_j / ‖k_j‖₂
///
/// The paper evicts block by block, with little memory: `keydiff+block`.
package struct KeyDiffScorer: GroupScorer, Hashable {
  /// Makes the scorer; it has no settings.
  package init() {}

  package var observedTokens: Int? { 0 }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] { [] }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) -> [[Float]] {
    let recording = evidence.recording
    let dimension = recording.shape.headDimension
    let keys = recording.keys(layer: layer, kvHead: kvHead)
    let lengths = norms(keys, dimension: dimension)
    var anchor = [Float](repeating: 0, count: dimension)
    keys.withUnsafeBufferPointer { keys in
      anchor.withUnsafeMutableBufferPointer { anchor in
        for (token, length) in lengths.enumerated() {
          let factor = 1 / max(length, 1e-12)
          for index in 0..<dimension { anchor[index] += keys[token * dimension + index] * factor }
        }
      }
    }
    let count = Float(max(1, lengths.count))
    for index in anchor.indices { anchor[index] /= count }
    let length = max(norms(anchor, dimension: dimension)[0], 1e-8)
    let products = PackedVectors(keys, count: lengths.count, dimension: dimension).products(with: anchor)
    return [zip(products, lengths).map { -$0 / (max($1, 1e-8) * length) }]
  }
}
