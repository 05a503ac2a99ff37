import Transformer

/// CurDKV (Sengupta et al. 2025, arXiv 2509.15038, as in kvpress): leverage of keys and values, by their
/// norms.
///
///     k[j] = ‖k_j‖² / Σ over j's block;  v[j] alike;  s = k·v, k, v or (k + v)/2, divided by its sum
///
/// Blocks are of 16 tokens; the first 4 tokens are kept. A block of zeros has leverage 0, where kvpress
/// divides by zero. kvpress' random sketch and its global norms, both off by default, are not done.
package struct CURScorer: GroupScorer, Hashable {
  /// Whose leverage counts.
  package enum Leverage: String, Sendable, Hashable, CaseIterable {
    /// The product of both.
    case product
    /// The keys'.
    case key
    /// The values'.
    case value
    /// The mean of both.
    case average
  }

  /// Whose leverage counts.
  package let leverage: Leverage
  /// Tokens kept at the beginning.
  package let sinkCount: Int
  /// Tokens of a block.
  package let blockSize: Int

  /// Makes the scorer.
  package init(leverage: Leverage = .product, sinkCount: Int = 4, blockSize: Int = 16) {
    self.leverage = leverage
    self.sinkCount = sinkCount
    self.blockSize = max(1, blockSize)
  }

  package var observedTokens: Int? { 0 }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] {
    Array(0..<min(sinkCount, tokenCount))
  }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) throws -> [[Float]] {
    let recording = evidence.recording
    let dimension = recording.shape.headDimension
    let keys =
      leverage == .value
      ? [] : shares(squaredNorms(recording.keys(layer: layer, kvHead: kvHead), dimension: dimension))
    let values =
      leverage == .key ? [] : shares(try evidence.squaredValueNorms(layer: layer, kvHead: kvHead, for: "cur"))
    let scores =
      switch leverage {
      case .product: zip(keys, values).map { $0 * $1 }
      case .key: keys
      case .value: values
      case .average: zip(keys, values).map { ($0 + $1) / 2 }
      }
    let sum = scores.reduce(0, +)
    return [sum > 0 ? scores.map { $0 / sum } : scores]
  }

  /// Each number's share of its block.
  private func shares(_ numbers: [Float]) -> [Float] {
    stride(from: 0, to: numbers.count, by: blockSize).flatMap { start in
      let block = numbers[start..<min(start + blockSize, numbers.count)]
      let sum = block.reduce(0, +)
      return sum > 0 ? block.map { $0 / sum } : Array(block)
    }
  }
}
