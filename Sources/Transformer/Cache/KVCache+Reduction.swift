extension KVCache {
  /// What one head of a plain cache holds, as the recording of a text that consists of these tokens: one
  /// layer, one KV head, and the query heads that read it.
  ///
  /// Positions count anew from 0. Only the newest queries are there, and no log-sum-exp is known. The layer's
  /// sliding window, which is meant in true positions, is left out.
  /// - Parameters:
  ///   - queries: those of the tokens that were decoded on the cache; the last of them is the cache's newest
  ///     token.
  ///   - count: how many of the newest are wanted; fewer if there are fewer.
  ///   - rule: how the layer's scores become attention.
  /// - Precondition: the cache was made with `isPlain`.
  public func recording(
    layer: Int, head: Int, newest count: Int, of queries: QueryRows, rule: AttentionRule
  ) -> Recording {
    let cached = heads[layer][head]
    precondition(!cached.isPacked, "a packed cache is not read back")
    let dimension = shape.headDimension
    let readers = shape.queryHeadCount / heads[layer].count
    let tokenCount = cached.positions.count
    let rows = max(0, min(count, queries.count, tokenCount))
    let vectors = (0..<readers).flatMap { reader in
      (queries.count - rows..<queries.count).flatMap {
        queries.query(layer: layer, row: $0, queryHead: head * readers + reader)
      }
    }
    return Recording(
      shape: ModelShape(layerCount: 1, queryHeadCount: readers, kvHeadCount: 1, headDimension: dimension),
      tokenCount: tokenCount, firstQueryPosition: tokenCount - rows,
      layers: [
        LayerRecording(
          queries: vectors, keys: cached.keys, values: cached.values,
          logSumExp: [])
      ],
      rules: [AttentionRule(scale: rule.scale, softCap: rule.softCap)], lastLogits: [])
  }

  /// Drops all but some tokens of one head.
  /// - Parameter indices: ascending, among the tokens that the head holds.
  /// - Precondition: the cache was made with `isPlain`.
  public func keep(_ indices: [Int], layer: Int, head: Int) { heads[layer][head].keep(indices) }
}
