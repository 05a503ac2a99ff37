import Kernels

extension Recording {
  /// Where an attention row's query comes from.
  public enum Row: Sendable, Hashable {
    /// A prompt token; unless told otherwise it sees the keys up to its own position.
    case prompt(position: Int)
    /// A row of queries from beyond the prompt; unless told otherwise it sees every prompt key.
    case beyond(row: Int)
  }

  /// One head's attention of one row over the prompt keys, `[tokenCount]`; zero where it may not look.
  ///
  /// A row is a softmax over the prompt keys that it sees (laq.md, step 4: lookahead and decode tokens
  /// are no columns); in a layer with a sliding window it sees no key before it. For a prompt row with its own causal view, the recorded log-sum-exp is the
  /// normaliser. Cost: `tokenCount · dimension`.
  /// - Parameters:
  ///   - beyond: the queries that `Row.beyond` counts in; a row that it lacks gives zeros.
  ///   - visible: how many keys the row sees, when not the causal number.
  public func attention(
    layer: Int, queryHead: Int, row: Row, beyond: QueryRows? = nil, visible: Int? = nil
  ) -> [Float] {
    let dimension = shape.headDimension
    let query: ArraySlice<Float>
    let causal: Int
    let rule = rules[layer]
    let first: Int
    var normaliser: Float?
    switch row {
    case .prompt(let position):
      let start = (queryHead * tokenCount + position) * dimension
      query = layers[layer].queries[start..<start + dimension]
      causal = position + 1
      first = rule.firstVisible(at: position)
      if visible == nil || visible == causal {
        normaliser = layers[layer].logSumExp[queryHead * tokenCount + position]
      }
    case .beyond(let row):
      guard let beyond, row < beyond.count else { return Array(repeating: 0, count: tokenCount) }
      query = beyond.query(layer: layer, row: row, queryHead: queryHead)
      causal = tokenCount
      first = rule.firstVisible(at: beyond.positions[row])
    }
    let end = min(tokenCount, max(1, visible ?? causal))
    let count = end - first
    var weights = [Float](repeating: 0, count: tokenCount)
    guard count > 0 else { return weights }
    let keyStart = (queryHead / shape.groupSize * tokenCount + first) * dimension
    query.withUnsafeBufferPointer { query in
      layers[layer].keys.withUnsafeBufferPointer { keys in
        weights.withUnsafeMutableBufferPointer { weights in
          guard let q = query.baseAddress, let k = keys.baseAddress, let start = weights.baseAddress
          else { return }
          let w = start + first
          laq_key_scores(q, k + keyStart, Int32(count), Int32(dimension), rule.kernel, w)
          if let normaliser {
            _ = laq_exponentials(w, Int32(count), -normaliser)
          } else {
            let largest = weights[first..<end].max() ?? 0
            let factor = 1 / laq_exponentials(w, Int32(count), -largest)
            for index in 0..<count { w[index] *= factor }
          }
        }
      }
    }
    return weights
  }

  /// The attention that each key receives from all prompt queries of one head, `[tokenCount]`.
  ///
  /// The column sums of the causal attention matrix, tile by tile; no row of it is kept.
  /// Cost: half of `tokenCount² · dimension`.
  public func receivedAttention(layer: Int, queryHead: Int) -> [Float] {
    let dimension = shape.headDimension
    let recorded = layers[layer]
    let width = tokenCount * dimension
    var sums = [Float](repeating: 0, count: tokenCount)
    var packed = [Float](
      repeating: 0, count: laq_packed_keys_count(Int32(tokenCount), Int32(dimension)))
    recorded.keys.withUnsafeBufferPointer { keys in
      guard let keys = keys.baseAddress else { return }
      laq_pack_keys(
        keys + queryHead / shape.groupSize * width, Int32(tokenCount), Int32(dimension), &packed)
    }
    recorded.queries.withUnsafeBufferPointer { queries in
      recorded.logSumExp.withUnsafeBufferPointer { normalisers in
        guard let queries = queries.baseAddress, let normalisers = normalisers.baseAddress else { return }
        laq_received_attention(
          queries + queryHead * width, Int32(tokenCount), packed, normalisers + queryHead * tokenCount,
          Int32(dimension), rules[layer].kernel, &sums)
      }
    }
    return sums
  }
}
