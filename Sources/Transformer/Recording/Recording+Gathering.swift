extension Recording {
  /// The recording of a text that consists of some of the tokens only: their queries, keys and values at
  /// their original rotation, in the order of their positions.
  ///
  /// Positions count anew from 0, so that "the last 32 tokens" and a sliding window are meant among the
  /// chosen ones. The log-sum-exps are not known: `attention` normalises such rows itself. Queries are there
  /// if all of them were recorded. Cost: a copy.
  /// - Parameter positions: ascending, equally many in each, `[layer][head]`; a head is a KV head, or a query
  ///   head, whose KV head is then repeated.
  public func gathering(_ positions: [[[Int]]]) -> Recording {
    let headCount = positions.first?.count ?? shape.kvHeadCount
    let count = positions.first?.first?.count ?? 0
    let gathered = ModelShape(
      layerCount: shape.layerCount, queryHeadCount: shape.queryHeadCount, kvHeadCount: headCount,
      headDimension: shape.headDimension)
    let hasQueries = firstQueryPosition == 0
    return Recording(
      shape: gathered, tokenCount: count, firstQueryPosition: hasQueries ? 0 : count,
      layers: zip(layers, positions).map { layer, heads in
        func vectors(_ storage: VectorStorage, heads count: Int, dimension: Int = shape.headDimension)
          -> VectorStorage
        {
          // A trace may lack values.
          guard storage.count > 0 else { return storage }
          return storage.gathering(
            (0..<count).flatMap { head -> [Int] in
              // The stored head behind this one, and the choice that it follows.
              let stored = storage.count / (tokenCount * dimension)
              let source = head * stored / count
              return heads[head * headCount / count].map { source * tokenCount + $0 }
            }, dimension: dimension)
        }
        return LayerRecording(
          queries: hasQueries ? vectors(layer.queries, heads: shape.queryHeadCount) : VectorStorage([]),
          keys: vectors(layer.keys, heads: headCount), values: vectors(layer.values, heads: headCount),
          valueNorms: layer.valueNorms.map { vectors($0, heads: headCount, dimension: 1) },
          logSumExp: VectorStorage([]))
      },
      rules: rules, rotations: rotations, lastLogits: lastLogits,
      origins: zip(positions.indices, positions).map { layer, heads in
        heads.indices.map { head in
          heads[head].map { origin(of: $0, layer: layer, kvHead: head * shape.kvHeadCount / headCount) }
        }
      },
      inverseAngles: inverseAngles)
  }
}

extension VectorStorage {
  /// Some vectors, in the same number format.
  func gathering(_ indices: [Int], dimension: Int) -> VectorStorage {
    switch elements {
    case .float32(let floats):
      VectorStorage(indices.flatMap { floats[$0 * dimension..<($0 + 1) * dimension] })
    case .bfloat16(let numbers):
      VectorStorage(bfloat16: indices.flatMap { numbers[$0 * dimension..<($0 + 1) * dimension] })
    case .mapped where isRounded:
      VectorStorage(bfloat16: indices.flatMap { bfloat16($0 * dimension..<($0 + 1) * dimension) })
    case .mapped: VectorStorage(indices.flatMap { floats($0 * dimension..<($0 + 1) * dimension) })
    }
  }
}
