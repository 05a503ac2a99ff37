/// Post-RoPE queries of tokens that are no part of the prompt, in every layer and query head:
/// LAQ's Q-cache (pseudo tokens), or the true decode queries that the oracle looks at.
///
/// A scorer sees queries, never where they came from: a live run or a recorded trace.
public struct QueryRows: Sendable {
  /// The sizes of the model that was run.
  public let shape: ModelShape
  /// The true position of each row's token, ascending (`n`, `n+1`, … after a prompt of `n`).
  public private(set) var positions: [Int]
  /// One array per layer, `[row][queryHead][dimension]` (row-major).
  public private(set) var layers: [[Float]]

  /// The number of rows.
  public var count: Int { positions.count }

  /// Makes an empty set of rows.
  public init(shape: ModelShape) {
    self.shape = shape
    positions = []
    layers = Array(repeating: [], count: shape.layerCount)
  }

  /// Appends one token's queries.
  /// - Parameters:
  ///   - queries: one array per layer, `[queryHead][dimension]`.
  ///   - position: the token's true position.
  public mutating func append(_ queries: [[Float]], position: Int) {
    precondition(queries.count == shape.layerCount, "\(queries.count) layers for \(shape)")
    positions.append(position)
    for (layer, row) in queries.enumerated() {
      precondition(row.count == shape.queryHeadCount * shape.headDimension)
      layers[layer] += row
    }
  }

  /// The query of one row and head, `headDimension` elements.
  public func query(layer: Int, row: Int, queryHead: Int) -> ArraySlice<Float> {
    let start = (row * shape.queryHeadCount + queryHead) * shape.headDimension
    return layers[layer][start..<start + shape.headDimension]
  }

  /// The first `count` rows.
  public func prefix(_ count: Int) -> QueryRows {
    var result = self
    let kept = min(count, positions.count)
    result.positions = Array(positions.prefix(kept))
    let width = shape.queryHeadCount * shape.headDimension
    result.layers = layers.map { Array($0.prefix(kept * width)) }
    return result
  }
}
