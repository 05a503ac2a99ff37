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
  /// A row is a softmax over the prompt keys that it sees (laq.md, step 4: lookahead and decode tokens are no
  /// columns); in a layer with a sliding window it sees no key before it. For a prompt row with its own
  /// causal view, the recorded log-sum-exp is the normaliser. Cost: `tokenCount · dimension`.
  /// - Parameters:
  ///   - row: whose query it is; one that was not recorded gives zeros.
  ///   - beyond: the queries that `Row.beyond` counts in; a row that it lacks gives zeros.
  ///   - visible: how many keys the row sees, when not the causal number.
  public func attention(
    layer: Int, queryHead: Int, row: Row, beyond: QueryRows? = nil, visible: Int? = nil
  ) -> [Float] {
    let dimension = shape.headDimension
    let observed = ObservedRow(row: row, visible: visible ?? causalCount(row))
    var weights = [Float](repeating: 0, count: tokenCount)
    guard let seen = view(layer, queryHead, observed, beyond: beyond) else { return weights }
    let query = [Float](unsafeUninitializedCapacity: dimension) { buffer, count in
      if let start = buffer.baseAddress { copyQuery(layer, queryHead, row, beyond: beyond, to: start) }
      count = dimension
    }
    let keyStart = (queryHead / shape.groupSize * tokenCount + seen.keys.lowerBound) * dimension
    weights.withUnsafeMutableBufferPointer { weights in
      guard let start = weights.baseAddress else { return }
      let scores = start + seen.keys.lowerBound
      layers[layer].keys.scores(
        of: query, from: keyStart, count: seen.keys.count, rules[layer].kernel, to: scores)
      Self.exponentiate(scores, count: seen.keys.count, logSumExp: seen.logSumExp)
    }
    return weights
  }

  private func causalCount(_ row: Row) -> Int {
    switch row {
    case .prompt(let position): position + 1
    case .beyond: tokenCount
    }
  }

  /// The attention that each key receives from all prompt queries, in every query head that reads a KV head,
  /// `[queryHead of the group][tokenCount]`.
  ///
  /// The column sums of the causal attention matrix, tile by tile; no row of it is kept.
  /// Cost: half of `tokenCount² · dimension` per query head, and that again where log-sum-exps are not known.
  /// - Precondition: all queries are recorded.
  public func receivedAttention(layer: Int, kvHead: Int) -> [[Float]] {
    precondition(firstQueryPosition == 0, "queries before \(firstQueryPosition) were not recorded")
    let heads = shape.queryHeads(of: kvHead)
    let keys = WindowKeys(self, layer: layer, kvHead: kvHead)
    return heads.map { head in
      var sums = [Float](repeating: 0, count: tokenCount)
      keys.received(self, layer: layer, queryHead: head, &sums)
      return sums
    }
  }
}
