/// One lane's next token.
public struct LaneInput {
  /// The cache that the token attends to and is appended to.
  public let cache: KVCache
  /// The token's id.
  public let token: Int
  /// The token's true position: after a prompt of `n` tokens, `n` and up, however many were evicted.
  public let position: Int

  /// Makes a step's input for one lane.
  public init(cache: KVCache, token: Int, position: Int) {
    self.cache = cache
    self.token = token
    self.position = position
  }
}

/// What one token leaves behind in a decode step.
public struct LaneOutput: Sendable {
  /// The next token's logits, `[vocabulary]`.
  public let logits: [Float]
  /// The token's post-RoPE queries, one array per layer, `[queryHead][dimension]`.
  public let queries: [[Float]]
}

extension Decoder {
  /// Lanes that one pass over the weights serves by the same arithmetic, however many of them there are.
  package static let lanesOfAPass = Linear.fewRows

  /// Decodes one token in each of several lanes: one pass over the weights serves them all, and only
  /// attention differs.
  ///
  /// Each token's key and value are appended to its lane's cache. Lanes must be distinct caches. Weights that
  /// are multiplied as they lie in the file pass once for every 16 lanes: an answer does not depend on how
  /// many are decoded beside it.
  /// - Throws: `TransformerError`; the caches are then to be dropped.
  public func step(_ lanes: [LaneInput]) throws -> [LaneOutput] {
    guard !lanes.isEmpty else { return [] }
    precondition(
      Set(lanes.map { ObjectIdentifier($0.cache) }).count == lanes.count, "a cache serves one lane")
    let most = hasCodedWeights ? Linear.fewRows : lanes.count
    return try stride(from: 0, to: lanes.count, by: most).flatMap {
      try pass(Array(lanes[$0..<min($0 + most, lanes.count)]))
    }
  }

  private func pass(_ lanes: [LaneInput]) throws -> [LaneOutput] {
    let dimension = shape.headDimension
    return try exclusively {
      let states = try embed(lanes.map(\.token))
      let buffers = workspace(rows: lanes.count)
      let tables = ropes.map { rope in
        RotaryTable(lanes.map(\.position)) { rotation(rope, length: $0 + 1) }
      }
      var queries: [[[Float]]] = Array(repeating: [], count: lanes.count)  // [lane][layer]
      let queryWidth = shape.queryHeadCount * dimension
      for (index, layer) in layers.enumerated() {
        try project(states, layer, tables: tables, firstRow: 0, buffers: buffers)
        inParallel(count: lanes.count) { lane in
          let keys = buffers.projected[lane] + queryWidth
          lanes[lane].cache.append(
            layer: index, position: lanes[lane].position, keys: keys,
            values: keys + shape.kvHeadCount * dimension)
        }
        for lane in lanes.indices {
          queries[lane].append(Array(UnsafeBufferPointer(start: buffers.projected[lane], count: queryWidth)))
        }
        attend(lanes, layer: index, buffers: buffers)
        try finish(states, layer, buffers: buffers)
      }
      let logits = try logits(after: states)
      return lanes.indices.map { lane in
        LaneOutput(
          logits: Array(UnsafeBufferPointer(start: logits[lane], count: logits.width)), queries: queries[lane]
        )
      }
    }
  }
}
