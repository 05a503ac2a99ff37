import Foundation
import Transformer

/// LagKV (Liang et al. 2025, arXiv 2504.04704): tokens whose keys and values spread widely when measured by
/// the range of the tokens that follow.
///
/// Behind the first `sinks` tokens the prompt is cut into partitions of `lag`. In each, with the least and
/// the largest element per channel of the *next* partition,
///
///     x = (v − min) / (max − min); u = softmax over the partition of std over channels of x; s = rank of
///     (u_K + u_V) / lag
///
/// so that every partition loses the same part. The first tokens, the last whole partition and what remains
/// behind it are kept. Prompts shorter than `sinks + 2 lag` keep their first and newest tokens. Channels
/// without range count 0, where kvpress divides by zero; equal spreads rank by position, where kvpress leaves
/// their order open.
package struct LagKVScorer: GroupScorer, Hashable {
  /// Tokens kept at the beginning.
  package let sinkCount: Int
  /// Tokens of a partition.
  package let lag: Int

  /// Makes the scorer.
  package init(sinkCount: Int = 4, lag: Int = 128) {
    self.sinkCount = sinkCount
    self.lag = max(1, lag)
  }

  package var observedTokens: Int? { 0 }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] {
    let sinks = min(sinkCount, tokenCount)
    let partitions = (tokenCount - sinks) / lag
    guard partitions >= 2 else { return Array(0..<sinks) }
    return Array(0..<sinks) + (sinks + (partitions - 1) * lag..<tokenCount)
  }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) throws -> [[Float]] {
    let recording = evidence.recording
    let (count, dimension) = (recording.tokenCount, recording.shape.headDimension)
    let sinks = min(sinkCount, count)
    let partitions = (count - sinks) / lag
    guard partitions >= 2 else {
      return [(0..<count).map { $0 < sinks ? 1 : Float($0 - sinks) / Float(count - sinks) }]
    }
    let keys = recording.keys(layer: layer, kvHead: kvHead)
    let values = try evidence.values(layer: layer, kvHead: kvHead, for: "lagkv")
    var scores = [Float](repeating: 1, count: count)
    for partition in 0..<partitions - 1 {
      let first = sinks + partition * lag
      let spreads = zip(spread(keys, at: first, dimension), spread(values, at: first, dimension)).map {
        ($0 + $1) / 2
      }
      let order = spreads.indices.sorted { spreads[$0] != spreads[$1] ? spreads[$0] < spreads[$1] : $0 < $1 }
      for (rank, index) in order.enumerated() { scores[first + index] = Float(rank) / Float(lag) }
    }
    return [scores]
  }

  /// A partition's shares of spread, `[lag]`.
  private func spread(_ vectors: [Float], at first: Int, _ dimension: Int) -> [Float] {
    let deviations = vectors.withUnsafeBufferPointer { vectors -> [Float] in
      var least = [Float](repeating: .infinity, count: dimension)
      var largest = [Float](repeating: -.infinity, count: dimension)
      for token in first + lag..<first + 2 * lag {
        for channel in 0..<dimension {
          least[channel] = min(least[channel], vectors[token * dimension + channel])
          largest[channel] = max(largest[channel], vectors[token * dimension + channel])
        }
      }
      var scaled = [Float](repeating: 0, count: dimension)
      return (first..<first + lag).map { token in
        for channel in 0..<dimension {
          let range = largest[channel] - least[channel]
          scaled[channel] = range > 0 ? (vectors[token * dimension + channel] - least[channel]) / range : 0
        }
        return deviation(scaled)
      }
    }
    let top = deviations.max() ?? 0
    let weights = deviations.map { expf($0 - top) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// The unbiased standard deviation; 0 of a single number.
  private func deviation(_ numbers: [Float]) -> Float {
    let mean = numbers.reduce(0, +) / Float(numbers.count)
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Float(max(1, numbers.count - 1))).squareRoot()
  }
}
