import Foundation
import Transformer

/// CapKV (arXiv 2604.25975, as in kvpress): how much a value adds to the capacity of what is kept, weighed by
/// how well its key points to where queries come from.
///
///     w[j] = exp(τ · cos(k_j, μ')), the largest 1; A = I + Σ_j (w_j + ε) v_j v_jᵀ; s[j] = w_j · v_jᵀ A⁻¹
///     v_j, j >= sinks
///
/// with μ' of `QueryStatistics`; the sinks are kept. The system is solved in f64 by a Cholesky factor, in
/// kvpress in f32.
package struct CAPScorer: GroupScorer, Hashable {
  /// τ, how sharply the directions weigh.
  package let temperature: Double
  /// Positions behind the prompt whose rotations are averaged.
  package let futureCount: Int
  /// First tokens, kept, that are left out.
  package let sinkCount: Int

  /// ε, so that every value counts.
  private static let epsilon: Float = 1e-6

  /// Makes the scorer.
  package init(temperature: Double = 5, futureCount: Int = 512, sinkCount: Int = 4) {
    self.temperature = temperature
    self.futureCount = futureCount
    self.sinkCount = sinkCount
  }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] {
    Array(0..<min(sinkCount, tokenCount))
  }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) throws -> [[Float]] {
    let recording = evidence.recording
    let (count, dimension) = (recording.tokenCount, recording.shape.headDimension)
    guard count > sinkCount else { return [Array(repeating: 0, count: count)] }
    let keys = recording.keys(layer: layer, kvHead: kvHead)
    let lengths = norms(keys, dimension: dimension).map { max($0, 1e-12) }
    let packedKeys = PackedVectors(keys, count: count, dimension: dimension)
    let values = try evidence.values(layer: layer, kvHead: kvHead, for: "cap")
    let packedValues = PackedVectors(values, count: count, dimension: dimension)
    return try recording.shape.queryHeads(of: kvHead).map { head in
      let anchor = try QueryStatistics(
        recording, layer: layer, queryHead: head, withoutFirst: sinkCount, ahead: futureCount, policy: "cap",
        wantsCovariance: false
      ).mean
      let length = max(norms(anchor, dimension: dimension)[0], 1e-12)
      let logits = zip(packedKeys.products(with: anchor), lengths).map {
        Float(temperature) * min(1, max(-1, $0 / ($1 * length)))
      }
      let largest = logits[sinkCount...].max() ?? 0
      let weights = logits.enumerated().map { $0 < sinkCount ? 0 : expf($1 - largest) }
      let inverse = capacity(values, weights, dimension: dimension).inverse
      return zip(weights, packedValues.quadraticForms(inverse.map { Float($0) })).map { $0 * $1 }
    }
  }

  /// A, of the tokens behind the sinks.
  private func capacity(_ values: [Float], _ weights: [Float], dimension: Int) -> PositiveMatrix {
    var scaled = Array(values[(sinkCount * dimension)...])
    for token in 0..<weights.count - sinkCount {
      let factor = (weights[sinkCount + token] + Self.epsilon).squareRoot()
      for index in token * dimension..<(token + 1) * dimension { scaled[index] *= factor }
    }
    return PositiveMatrix(secondMomentsOf: scaled, size: dimension, diagonal: 1)
  }
}
