import Kernels

extension Recording {
  /// One query head's recorded queries as they were before they were rotated, `[position −
  /// firstQueryPosition][dimension]`.
  ///
  /// They are not recorded twice: each is turned back by the angles of its position, and divided by the
  /// factor that some scalings (YaRN, LongRoPE) give sines and cosines. In layers without positions they are
  /// as recorded. Where a model normalises queries they come out normalised.
  /// - Returns: `nil` where the layer's rotation is not known.
  public func queriesBeforeRotation(layer: Int, queryHead: Int) -> [Float]? {
    beforeRotation(
      queries(layer: layer, queryHead: queryHead), layer: layer, kvHead: queryHead / shape.groupSize,
      first: firstQueryPosition)
  }

  /// One KV head's keys as they were before they were rotated, `[position][dimension]`; see
  /// `queriesBeforeRotation`.
  public func keysBeforeRotation(layer: Int, kvHead: Int) -> [Float]? {
    beforeRotation(keys(layer: layer, kvHead: kvHead), layer: layer, kvHead: kvHead, first: 0)
  }

  private func beforeRotation(_ vectors: [Float], layer: Int, kvHead: Int, first: Int) -> [Float]? {
    guard let rotations else { return nil }
    guard let rotation = rotations[layer] else { return vectors }
    var turned = vectors
    let (dimension, half) = (shape.headDimension, rotation.dimension / 2)
    turned.withUnsafeMutableBufferPointer { turned in
      inverseAngles.table(layer).withUnsafeBufferPointer { angles in
        guard let start = turned.baseAddress, let angles = angles.baseAddress else { return }
        for index in 0..<vectors.count / dimension {
          let row = angles + 2 * half * origin(of: first + index, layer: layer, kvHead: kvHead)
          laq_rope(start + index * dimension, row, row + half, Int32(rotation.dimension))
        }
      }
    }
    return turned
  }

  /// Where a token stood when it was rotated.
  func origin(of position: Int, layer: Int, kvHead: Int) -> Int {
    origins?[layer][kvHead][position] ?? position
  }

  /// The mean of the rotations at the `count` positions behind the prompt: what becomes of a query, on
  /// average, while the next tokens are decoded.
  ///
  /// Frequencies that depend on the text's length stay those of the prompt.
  /// - Returns: the mean cosines and sines of each pair `(i, i + half)`, factors included; empty for a layer
  ///   without positions, where nothing is turned. `nil` where the layer's rotation is not known.
  public func meanRotation(layer: Int, ahead count: Int) -> (cosines: [Float], sines: [Float])? {
    guard let rotations else { return nil }
    guard let rotation = rotations[layer] else { return ([], []) }
    let half = rotation.dimension / 2
    var row = [Float](repeating: 0, count: 2 * half)
    var sums = [Double](repeating: 0, count: 2 * half)
    row.withUnsafeMutableBufferPointer { row in
      guard let start = row.baseAddress else { return }
      for position in tokenCount..<tokenCount + count {
        rotation.fill(start, position: position)
        for index in sums.indices { sums[index] += Double(start[index]) }
      }
    }
    let means = sums.map { Float($0 / Double(max(1, count))) }
    return (Array(means[..<half]), Array(means[half...]))
  }
}
