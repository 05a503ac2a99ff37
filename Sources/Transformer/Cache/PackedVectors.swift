import Kernels

/// Vectors in the layout of the tiled kernels, mostly one layer's and KV head's keys, which every row of its
/// query heads reads.
package struct PackedVectors {
  /// Vectors.
  package let count: Int
  /// Elements of each.
  package let dimension: Int
  let elements: [Float]

  /// Floats from the beginning of a row of scores to that of the next.
  var stride: Int { Self.stride(count) }

  /// As many floats as `count` scores take in whole tiles.
  static func stride(_ count: Int) -> Int { (count + Int(LAQ_TILE) - 1) / Int(LAQ_TILE) * Int(LAQ_TILE) }

  /// Packs `count` vectors, `[vector][dimension]`; cost: a copy.
  package init(_ vectors: [Float], count: Int, dimension: Int) {
    self.count = count
    self.dimension = dimension
    elements = [Float](
      unsafeUninitializedCapacity: laq_packed_keys_count(Int32(count), Int32(dimension))
    ) { buffer, filled in
      if let start = buffer.baseAddress { laq_pack_keys(vectors, Int32(count), Int32(dimension), start) }
      filled = buffer.count
    }
  }

  /// Packs `count` recorded vectors tile by tile, so that they are held once; the first one's elements begin
  /// at `start`.
  init(_ storage: VectorStorage, from start: Int, count: Int, dimension: Int) {
    self.count = count
    self.dimension = dimension
    let size = Int(LAQ_TILE)
    elements = [Float](
      unsafeUninitializedCapacity: laq_packed_keys_count(Int32(count), Int32(dimension))
    ) { buffer, filled in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: size * dimension) { tile in
        guard let tile = tile.baseAddress, let target = buffer.baseAddress else { return }
        for first in Swift.stride(from: 0, to: count, by: size) {
          let rows = min(size, count - first)
          storage.copy(start + first * dimension..<start + (first + rows) * dimension, to: tile)
          laq_pack_keys(tile, Int32(rows), Int32(dimension), target + first * dimension)
        }
      }
      filled = buffer.count
    }
  }

  /// The scaled and capped scores of some rows `[row][dimension]` for every vector, in rows of `stride`.
  func scores(
    of rows: UnsafePointer<Float>, rowCount: Int, _ rule: laq_attention_rule,
    to target: UnsafeMutablePointer<Float>
  ) {
    laq_row_scores(
      rows, Int32(rowCount), elements, Int32(count), Int32(dimension), rule, target, Int32(stride))
  }
}

extension PackedVectors {
  /// The products of some rows `[row][dimension]` and every vector.
  /// - Parameters:
  ///   - scale: what each is multiplied by.
  ///   - body: given the products, `[row][vector]`, in rows of the second argument; it may write there.
  package func withProducts<Result>(
    of rows: some Sequence<Float>, scale: Float = 1,
    _ body: (UnsafeMutablePointer<Float>, Int) throws -> Result?
  ) rethrows -> Result? {
    let rows = Array(rows)
    let rowCount = rows.count / dimension
    return try withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, rowCount * stride)) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      scores(of: rows, rowCount: rowCount, AttentionRule(scale: scale).kernel, to: start)
      return try body(start, stride)
    }
  }

  /// The products of one row and every vector.
  package func products(with row: [Float], scale: Float = 1) -> [Float] {
    withProducts(of: row, scale: scale) { start, _ in Array(UnsafeBufferPointer(start: start, count: count)) }
      ?? []
  }

  /// `xᵀ M x` of every vector, for a matrix `[dimension][dimension]`.
  package func quadraticForms(_ matrix: [Float]) -> [Float] {
    [Float](unsafeUninitializedCapacity: max(1, count)) { forms, filled in
      if let start = forms.baseAddress {
        laq_quadratic_forms(matrix, elements, Int32(count), Int32(dimension), start)
      }
      filled = count
    }
  }
}

extension Recording {
  /// One KV head's keys as floats, `[position][dimension]`.
  public func keys(layer: Int, kvHead: Int) -> [Float] { vectors(layers[layer].keys, head: kvHead) }

  /// One KV head's values as floats, `[position][dimension]`.
  public func values(layer: Int, kvHead: Int) -> [Float] { vectors(layers[layer].values, head: kvHead) }

  /// One query head's recorded queries as floats, `[position − firstQueryPosition][dimension]`.
  public func queries(layer: Int, queryHead: Int) -> [Float] {
    let start = queryIndex(queryHead, at: firstQueryPosition)
    return layers[layer].queries.floats(
      start..<start + (tokenCount - firstQueryPosition) * shape.headDimension)
  }

  private func vectors(_ storage: VectorStorage, head: Int) -> [Float] {
    let width = tokenCount * shape.headDimension
    return storage.floats(head * width..<(head + 1) * width)
  }

  package func packedKeys(layer: Int, kvHead: Int) -> PackedVectors {
    let start = kvHead * tokenCount * shape.headDimension
    return PackedVectors(layers[layer].keys, from: start, count: tokenCount, dimension: shape.headDimension)
  }
}
