import Transformer

/// A row that observes the prompt: whose query it is, and how many keys it sees.
struct ObservedRow {
  let row: Recording.Row
  let visible: Int
}

extension Recording {
  /// The shared middle of every observation policy: attention of some rows, summed in their order,
  /// pooled over the candidates.
  ///
  /// The local window behind the candidates takes no part in pooling (laq.md, step 4).
  /// - Returns: `[tokenCount]`, zero beyond the candidates.
  func observationScores(
    layer: Int, queryHead: Int, _ observation: Observation, pooling: Pooling, kernel: Int
  ) -> [Float] {
    let candidateCount = observation.candidateCount
    var sums = [Float](repeating: 0, count: tokenCount)
    for observed in observation.rows {
      let weights = attention(
        layer: layer, queryHead: queryHead, row: observed.row, beyond: observation.beyond,
        visible: observed.visible)
      for position in 0..<candidateCount { sums[position] += weights[position] }
    }
    let pooled = pooling.apply(sums[..<candidateCount], kernel: kernel)
    return pooled + Array(repeating: 0, count: tokenCount - candidateCount)
  }
}
