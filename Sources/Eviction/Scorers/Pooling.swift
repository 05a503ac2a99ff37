/// Smoothing of scores along the prompt: neighbours of an important token are kept with it.
///
/// Stride 1, as many outputs as inputs, as torch's `max_pool1d` and `avg_pool1d` with padding k/2.
public enum Pooling: String, Sendable, Hashable, CaseIterable {
  /// The largest of the neighbourhood; what lies outside is no candidate.
  case max
  /// The mean of the neighbourhood, zeros outside counted: always divided by the kernel.
  case avg
  /// None.
  case none

  /// Pools `scores` with an odd kernel; cost: `scores.count · kernel`.
  func apply(_ scores: ArraySlice<Float>, kernel: Int) -> [Float] {
    guard self != .none, kernel > 1 else { return Array(scores) }
    var pooled = [Float](repeating: self == .max ? -.infinity : 0, count: scores.count)
    pooled.withUnsafeMutableBufferPointer { pooled in
      scores.withUnsafeBufferPointer { scores in
        // Neighbour by neighbour, from the lowest on: each is one pass over all tokens.
        for offset in -(kernel / 2)...kernel / 2 where abs(offset) < scores.count {
          let indices = Swift.max(0, -offset)..<scores.count - Swift.max(0, offset)
          if self == .max {
            for index in indices { pooled[index] = Swift.max(pooled[index], scores[index + offset]) }
          } else {
            for index in indices { pooled[index] += scores[index + offset] }
          }
        }
        if self == .avg { for index in pooled.indices { pooled[index] /= Float(kernel) } }
      }
    }
    return pooled
  }
}

/// How the scores of the query heads that share a KV head become its own.
public enum GroupReduction: Sendable, Hashable {
  /// The mean, the rule of kvpress.
  case mean
  /// The largest: a key that one of the heads cannot do without is kept for all (KVzip).
  case max

  /// Joins the scores of some heads, which are not none, token by token, in their order.
  func apply(_ heads: ArraySlice<[Float]>) -> [Float] {
    guard self == .max else { return ScoreTable.mean(heads) }
    var largest = heads[heads.startIndex]
    for head in heads.dropFirst() {
      for index in largest.indices { largest[index] = Swift.max(largest[index], head[index]) }
    }
    return largest
  }
}
