/// The squared Euclidean norm of each of some vectors `[vector][dimension]`.
func squaredNorms(_ vectors: [Float], dimension: Int) -> [Float] {
  vectors.withUnsafeBufferPointer { vectors in
    (0..<vectors.count / dimension).map { vector in
      var sum: Float = 0
      for index in vector * dimension..<(vector + 1) * dimension { sum += vectors[index] * vectors[index] }
      return sum
    }
  }
}

/// The Euclidean norm of each of some vectors `[vector][dimension]`.
func norms(_ vectors: [Float], dimension: Int) -> [Float] {
  squaredNorms(vectors, dimension: dimension).map { $0.squareRoot() }
}

/// The elements of each head less the mean of all, over their standard deviation (unbiased, at least 1e-6).
///
/// It orders the tokens of a layer as before; layers become comparable.
func standardised(_ heads: [[Float]]) -> [[Float]] {
  let count = Double(heads.reduce(0) { $0 + $1.count })
  let mean = heads.joined().reduce(0) { $0 + Double($1) } / max(1, count)
  let squares = heads.joined().reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
  let deviation = max(1e-6, count > 1 ? (squares / (count - 1)).squareRoot() : 0)
  return heads.map { $0.map { Float((Double($0) - mean) / deviation) } }
}
