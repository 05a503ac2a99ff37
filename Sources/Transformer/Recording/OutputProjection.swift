import Kernels

/// The matrices that attention's output passes through, a layer at a time: what a token's value can add to
/// the residual stream under each query head.
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
    precondition(
      matrix.count == hiddenSize * width, "\(matrix.count) weights for \(hiddenSize) rows of \(width)")
    let kvHead = queryHead / shape.groupSize
    let packed = PackedVectors(values(layer: layer, kvHead: kvHead), count: tokenCount, dimension: dimension)
    var norms = [Float](repeating: 0, count: tokenCount)
    // So many rows of the matrix that their products stay in the cache.
    for first in stride(from: 0, to: hiddenSize, by: 32) {
      let rows = (first..<min(first + 32, hiddenSize)).flatMap { (row: Int) -> ArraySlice<Float> in
        let start = row * width + queryHead * dimension
        return matrix[start..<start + dimension]
      }
      packed.withProducts(of: rows) { products, stride -> Void? in
        for row in 0..<rows.count / dimension {
          switch norm {
          case .sum: laq_add_magnitudes(&norms, products + row * stride, Int32(tokenCount))
          case .euclidean: laq_add_squares(&norms, products + row * stride, Int32(tokenCount))
          }
        }
        return nil
      }
    }
    return norm == .sum ? norms : norms.map { $0.squareRoot() }
  }
}
