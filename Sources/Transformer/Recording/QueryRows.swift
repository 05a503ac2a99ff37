import Checkpoint

/// Post-RoPE queries of tokens that are no part of the prompt, in every layer and query head:
/// LAQ's Q-cache (pseudo tokens), or the true decode queries that the oracle looks at.
///
/// A scorer sees queries, never where they came from: a live run or a recorded trace.
public struct QueryRows: Sendable {
  /// The sizes of the model that was run.
  public let shape: ModelShape
  /// The true position of each row's token, ascending (`n`, `n+1`, … after a prompt of `n`).
  public private(set) var positions: [Int]
  /// One entry per layer, `[row][queryHead][dimension]` (row-major).
  private var layers: [Layer]

  /// Rows that grow, or those of a trace, where they lie.
  private enum Layer: Sendable {
    /// Blocks of `blockSize` rows, the last one of as many as there are. Whoever looks at an answer while it
    /// grows shares all but the last block: one array would be copied at every token.
    case memory([[Float]])
    case mapped(MappedTensor)
  }

  private static let blockSize = 16

  /// The number of rows.
  public var count: Int { positions.count }

  /// Makes an empty set of rows.
  public init(shape: ModelShape) {
    self.shape = shape
    positions = []
    layers = Array(repeating: .memory([]), count: shape.layerCount)
  }

  /// Takes the rows of a trace.
  /// - Parameters:
  ///   - tensors: one per layer, `[row][queryHead][dimension]`.
  ///   - first: the position of the first row's token; the others follow it.
  /// - Precondition: all have the same number of rows, and the sizes of `shape`.
  public init(shape: ModelShape, tensors: [MappedTensor], first: Int) {
    let count = tensors.first?.shape.first ?? 0
    precondition(
      tensors.count == shape.layerCount
        && tensors.allSatisfy { $0.shape == [count, shape.queryHeadCount, shape.headDimension] },
      "rows of \(tensors.first?.shape ?? []) in \(tensors.count) layers for \(shape)")
    self.shape = shape
    positions = Array(first..<first + count)
    layers = tensors.map(Layer.mapped)
  }

  /// Appends one token's queries.
  /// - Parameters:
  ///   - queries: one array per layer, `[queryHead][dimension]`.
  ///   - position: the token's true position.
  public mutating func append(_ queries: [[Float]], position: Int) {
    precondition(queries.count == shape.layerCount, "\(queries.count) layers for \(shape)")
    positions.append(position)
    for (layer, row) in queries.enumerated() {
      precondition(row.count == width)
      switch layers[layer] {
      case .memory(var blocks):
        // The array is let go first, so that it grows in place.
        layers[layer] = .memory([])
        if let last = blocks.indices.last, blocks[last].count < Self.blockSize * width {
          blocks[last] += row
        } else {
          blocks.append(row)
        }
        layers[layer] = .memory(blocks)
      case .mapped: layers[layer] = blocks(elements(layer: layer, 0..<(count - 1) * width) + row)
      }
    }
  }

  /// The query of one row and head, `headDimension` elements.
  public func query(layer: Int, row: Int, queryHead: Int) -> ArraySlice<Float> {
    let start = (row * shape.queryHeadCount + queryHead) * shape.headDimension
    return elements(layer: layer, start..<start + shape.headDimension)
  }

  /// All rows of a layer, `[row][queryHead][dimension]`; cost: a copy where they are a trace's.
  public func floats(layer: Int) -> [Float] { Array(elements(layer: layer, 0..<count * width)) }

  /// The first `count` rows.
  public func prefix(_ count: Int) -> QueryRows {
    guard count < positions.count else { return self }
    var result = self
    result.positions = Array(positions.prefix(max(0, count)))
    result.layers = layers.indices.map { blocks(elements(layer: $0, 0..<result.count * width)) }
    return result
  }

  private var width: Int { shape.queryHeadCount * shape.headDimension }

  private func blocks(_ rows: ArraySlice<Float>) -> Layer {
    .memory(
      stride(from: rows.startIndex, to: rows.endIndex, by: Self.blockSize * width).map {
        Array(rows[$0..<min($0 + Self.blockSize * width, rows.endIndex)])
      })
  }

  private func elements(layer: Int, _ range: Range<Int>) -> ArraySlice<Float> {
    switch layers[layer] {
    case .memory(let blocks): elements(of: blocks, range)
    case .mapped(let tensor):
      ArraySlice(
        [Float](unsafeUninitializedCapacity: range.count) { buffer, count in
          if let start = buffer.baseAddress { tensor.copy(range, to: start) }
          count = range.count
        })
    }
  }

  /// A part of some blocks: of one, where it lies; of several, a copy.
  private func elements(of blocks: [[Float]], _ range: Range<Int>) -> ArraySlice<Float> {
    guard !range.isEmpty else { return [] }
    let size = Self.blockSize * width
    let (first, last) = (range.lowerBound / size, (range.upperBound - 1) / size)
    func part(_ index: Int) -> ArraySlice<Float> {
      let start = index * size
      return blocks[index][
        max(0, range.lowerBound - start)..<min(blocks[index].count, range.upperBound - start)]
    }
    return first == last ? part(first) : ArraySlice((first...last).flatMap(part))
  }
}
