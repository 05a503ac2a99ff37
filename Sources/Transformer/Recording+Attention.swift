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
  ///   - row: whose query it is; one that was not recorded gives zeros.
  ///   - beyond: the queries that `Row.beyond` counts in; a row that it lacks gives zeros.
  ///   - visible: how many keys the row sees, when not the causal number.
  public func attention(
    layer: Int, queryHead: Int, row: Row, beyond: QueryRows? = nil, visible: Int? = nil
  ) -> [Float] {
    let dimension = shape.headDimension
    let recorded = layers[layer]
    let rule = rules[layer]
    let query: [Float]
    let causal: Int
    let first: Int
    var normaliser: Float?
    switch row {
    case .prompt(let position):
      guard position >= firstQueryPosition else { return Array(repeating: 0, count: tokenCount) }
      let start = queryIndex(queryHead, at: position)
      query = recorded.queries.floats(start..<start + dimension)
      causal = position + 1
      first = rule.firstVisible(at: position)
      if visible == nil || visible == causal {
        let known = recorded.logSumExp[queryHead * tokenCount + position]
        normaliser = known.isNaN ? nil : known
      }
    case .beyond(let row):
      guard let beyond, row < beyond.count else { return Array(repeating: 0, count: tokenCount) }
      query = Array(beyond.query(layer: layer, row: row, queryHead: queryHead))
      causal = tokenCount
      first = rule.firstVisible(at: beyond.positions[row])
    }
    let end = min(tokenCount, max(1, visible ?? causal))
    var weights = [Float](repeating: 0, count: tokenCount)
    guard first < end else { return weights }
    let keyStart = (queryHead / shape.groupSize * tokenCount + first) * dimension
    weights.withUnsafeMutableBufferPointer { weights in
      guard let start = weights.baseAddress else { return }
      let (w, count) = (start + first, Int32(end - first))
      recorded.keys.scores(of: query, from: keyStart, count: end - first, rule.kernel, to: w)
      if let normaliser {
        _ = laq_exponentials(w, count, -normaliser)
      } else {
        let largest = weights[first..<end].max() ?? 0
        let factor = 1 / laq_exponentials(w, count, -largest)
        for index in first..<end { weights[index] *= factor }
      }
    }
    return weights
  }

  /// The attention that each key receives from all prompt queries of one head, `[tokenCount]`.
  ///
  /// The column sums of the causal attention matrix, tile by tile; no row of it is kept.
  /// Cost: half of `tokenCount² · dimension`.
  /// - Precondition: all queries are recorded.
  public func receivedAttention(layer: Int, queryHead: Int) -> [Float] {
    let dimension = shape.headDimension
    let recorded = layers[layer]
    let width = tokenCount * dimension
    precondition(firstQueryPosition == 0, "queries before \(firstQueryPosition) were not recorded")
    var sums = [Float](repeating: 0, count: tokenCount)
    if recorded.logSumExp.first?.isNaN == true {
      for position in 0..<tokenCount {
        let row = attention(layer: layer, queryHead: queryHead, row: .prompt(position: position))
        for key in 0...position { sums[key] += row[key] }
      }
      return sums
    }
    var packed = [Float](
      repeating: 0, count: laq_packed_keys_count(Int32(tokenCount), Int32(dimension)))
    let keyStart = queryHead / shape.groupSize * width
    laq_pack_keys(
      recorded.keys.floats(keyStart..<keyStart + width), Int32(tokenCount), Int32(dimension), &packed)
    let queries = recorded.queries.floats(queryHead * width..<(queryHead + 1) * width)
    recorded.logSumExp.withUnsafeBufferPointer { normalisers in
      guard let normalisers = normalisers.baseAddress else { return }
      laq_received_attention(
        queries, Int32(tokenCount), packed, normalisers + queryHead * tokenCount,
        Int32(dimension), rules[layer].kernel, &sums)
    }
    return sums
  }
}
