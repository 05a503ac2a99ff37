import Foundation
import Kernels
import Transformer

/// kvpress' NonCausalAttention (from Compactor, Chari et al. 2025, arXiv 2507.08143): the attention that
/// tokens receive within their chunk, from the tokens before and behind them.
///
///     s[j] = z-score( avgpool_3( mean_group( Σ_i softmax_j(q_i·k_j) ) · ‖v_j‖₂ ) ),  i, j in the same chunk
///
/// kvpress' particulars, kept: products are *not* scaled by `1/√d`; the last, shorter chunk is filled up with
/// keys of logit 0 (−1e-9, where −∞ was meant), which take part of each row's attention, and with rows whose
/// attention is uniform. The z-score is over all heads of a layer. A model's soft cap is not looked at.
package struct NonCausalScorer: GroupScorer, Hashable {
  /// Tokens of a chunk.
  package let chunkSize: Int

  /// Makes the scorer.
  package init(chunkSize: Int = 256) { self.chunkSize = max(1, chunkSize) }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] { [] }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) throws -> [[Float]] {
    let recording = evidence.recording
    let (count, dimension) = (recording.tokenCount, recording.shape.headDimension)
    let keys = recording.keys(layer: layer, kvHead: kvHead)
    let weights = try evidence.valueNorms(layer: layer, kvHead: kvHead, for: "noncausal")
    let chunks = stride(from: 0, to: count, by: chunkSize).map { $0..<min($0 + chunkSize, count) }
    let packed = chunks.map { chunk in
      PackedVectors(
        Array(keys[chunk.lowerBound * dimension..<chunk.upperBound * dimension]), count: chunk.count,
        dimension: dimension)
    }
    return recording.shape.queryHeads(of: kvHead).map { head in
      let queries = recording.queries(layer: layer, queryHead: head)
      let received = zip(chunks, packed).flatMap { chunk, keys in
        keys.withProducts(of: queries[chunk.lowerBound * dimension..<chunk.upperBound * dimension]) {
          self.received(chunk.count, products: $0, stride: $1)
        } ?? []
      }
      let weighed = zip(received, weights).map { $0 * $1 }
      return Pooling.avg.apply(weighed[...], kernel: 3)
    }
  }

  package func settled(_ heads: [[Float]]) -> [[Float]] { standardised(heads) }

  /// The attention that each of a chunk's tokens receives, for the products of its rows, which become
  /// exponentials.
  private func received(_ count: Int, products: UnsafeMutablePointer<Float>, stride: Int) -> [Float] {
    let missing = chunkSize - count
    // The rows that fill a chunk up give each of its keys, real or not, the same.
    var sums = [Float](repeating: Float(missing) / Float(chunkSize), count: count)
    for row in 0..<count {
      let logits = products + row * stride
      var largest: Float = missing > 0 ? 0 : -.infinity
      for key in 0..<count { largest = max(largest, logits[key]) }
      // Keys that fill a chunk up have logit 0; without one, 0 · e^-largest may be 0 times infinity.
      let padding = missing > 0 ? Float(missing) * expf(-largest) : 0
      let total = laq_exponentials(logits, Int32(count), -largest) + padding
      laq_add_scaled(&sums, logits, 1 / total, Int32(count))
    }
    return sums
  }
}
