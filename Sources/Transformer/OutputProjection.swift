/// The matrices that attention's output passes through, a layer at a time: what a token's value can add to the residual
/// stream under each query head.
public struct OutputProjection: Sendable {
  /// Elements of the residual stream.
  public let hiddenSize: Int
  private let matrix: @Sendable (Int) -> [Float]

  /// Makes a projection.
  /// - Parameter matrix: a layer's `Wo` as `[hidden][queryHead][dimension]`, row-major.
  public init(hiddenSize: Int, matrix: @escaping @Sendable (_ layer: Int) -> [Float]) {
    self.hiddenSize = hiddenSize
    self.matrix = matrix
  }

  /// A layer's `Wo`, `[hidden][queryHead][dimension]`; cost: a copy as floats.
  public func callAsFunction(layer: Int) -> [Float] { matrix(layer) }
}

extension Decoder {
  /// The decoder's own output projections, without their biases.
  public var outputProjection: OutputProjection {
    let (hidden, width) = (configuration.hiddenSize, shape.queryHeadCount * shape.headDimension)
    return OutputProjection(hiddenSize: hidden) { layer in
      [Float](unsafeUninitializedCapacity: hidden * width) { buffer, count in
        if let start = buffer.baseAddress {
          for row in 0..<hidden { self.layers[layer].output.copyRow(row, to: start + row * width) }
        }
        count = hidden * width
      }
    }
  }
}

/// How the length of a vector is measured.
public enum VectorNorm: Sendable, Hashable {
  /// The sum of magnitudes, L1.
  case sum
  /// The root of the sum of squares, L2.
  case euclidean
}

extension Recording {
  /// The norm of every value times one query head's part of the output projection, `[tokenCount]`.
  ///
  /// Cost: `tokenCount · dimension · hidden`, a head's share of the projection itself.
  /// - Parameter matrix: the layer's `Wo`, as `OutputProjection` gives it.
  public func projectedValueNorms(
    layer: Int, queryHead: Int, matrix: [Float], hiddenSize: Int, norm: VectorNorm = .sum
  ) -> [Float] {
    let dimension = shape.headDimension
    let width = shape.queryHeadCount * dimension
    precondition(matrix.count == hiddenSize * width, "\(matrix.count) weights for \(hiddenSize) rows of \(width)")
    // A score is a scaled dot product; without a scale it is one row of a matrix product.
    let rule = AttentionRule(scale: 1).kernel
    let start = queryHead / shape.groupSize * tokenCount * dimension
    // Values that are bf16 numbers are widened once, not once per row of the matrix.
    let values = VectorStorage(layers[layer].values.floats(start..<start + tokenCount * dimension))
    var norms = [Float](repeating: 0, count: tokenCount)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, tokenCount)) { products in
      guard let products = products.baseAddress else { return }
      for row in 0..<hiddenSize {
        let first = row * width + queryHead * dimension
        values.scores(of: Array(matrix[first..<first + dimension]), from: 0, count: tokenCount, rule, to: products)
        switch norm {
        case .sum: for position in 0..<tokenCount { norms[position] += abs(products[position]) }
        case .euclidean: for position in 0..<tokenCount { norms[position] += products[position] * products[position] }
        }
      }
    }
    return norm == .sum ? norms : norms.map { $0.squareRoot() }
  }
}
