import Kernels

/// A symmetric matrix with positive eigenvalues.
struct PositiveMatrix {
  let size: Int
  /// `[row][column]`.
  let elements: [Double]

  /// Takes elements as they are, `[row][column]`.
  init(_ elements: [Double], size: Int) {
    self.size = size
    self.elements = elements
  }

  /// `Σ x xᵀ` of some vectors `[vector][size]`, and a number added to the diagonal.
  init(secondMomentsOf vectors: [Float], size: Int, diagonal: Double) {
    var moments = [Float](repeating: 0, count: size * size)
    laq_second_moments(vectors, Int32(vectors.count / size), Int32(size), &moments)
    var elements = moments.map { Double($0) }
    for index in 0..<size { elements[index * size + index] += diagonal }
    self.init(elements, size: size)
  }

  /// The inverse, by its Cholesky factor: `A = L Lᵀ`, `A⁻¹ = L⁻ᵀ L⁻¹`; cost: `size³`.
  ///
  /// A pivot that rounding has made too small counts as 1e-12.
  var inverse: [Double] {
    var factor = elements
    var triangle = [Double](repeating: 0, count: size * size)  // L⁻¹
    var result = triangle
    factor.withUnsafeMutableBufferPointer { factor in
      triangle.withUnsafeMutableBufferPointer { triangle in
        for row in 0..<size {
          for column in 0...row {
            var sum = factor[row * size + column]
            for k in 0..<column { sum -= factor[row * size + k] * factor[column * size + k] }
            factor[row * size + column] =
              row == column ? max(sum, 1e-12).squareRoot() : sum / factor[column * size + column]
          }
          triangle[row * size + row] = 1 / factor[row * size + row]
          for column in 0..<row {
            var sum = 0.0
            for k in column..<row { sum -= factor[row * size + k] * triangle[k * size + column] }
            triangle[row * size + column] = sum / factor[row * size + row]
          }
        }
        result.withUnsafeMutableBufferPointer { result in
          for k in 0..<size {
            for row in 0...k {
              let element = triangle[k * size + row]
              for column in 0...k { result[row * size + column] += element * triangle[k * size + column] }
            }
          }
        }
      }
    }
    return result
  }
}
