import Foundation

/// Sums as their definitions say, in `Double` and without any order of tiles: what kernels are compared with.
///
/// In debug builds a range's iterator and a closure each cost more than the arithmetic: these loops have
/// neither.
package enum PlainSums {
  /// The product of two vectors of equal length.
  package static func product(_ a: [Double], _ b: [Double]) -> Double {
    precondition(a.count == b.count)
    return a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var (sum, index) = (0.0, 0)
        while index < a.count {
          sum += a[index] * b[index]
          index += 1
        }
        return sum
      }
    }
  }

  /// Adds a row to a sum of rows.
  package static func add(_ row: [Float], to sum: inout [Float]) {
    precondition(row.count == sum.count)
    row.withUnsafeBufferPointer { row in
      sum.withUnsafeMutableBufferPointer { sum in
        var index = 0
        while index < row.count {
          sum[index] += row[index]
          index += 1
        }
      }
    }
  }

  /// Each query's log-sum-exp over the keys up to its own position: `ln Σ_{j <= i} exp(score(q_i·k_j))`.
  /// - Parameters:
  ///   - queries: `[position · dimension]`, as keys.
  ///   - firstKey: the first key that a position looks at.
  ///   - score: from a product to what stands in the exponent.
  package static func logSumExp(
    queries: [Float], keys: [Float], dimension: Int, firstKey: (Int) -> Int = { _ in 0 },
    score: (Double) -> Double
  ) -> [Float] {
    precondition(queries.count == keys.count)
    return queries.withUnsafeBufferPointer { queries in
      keys.withUnsafeBufferPointer { keys in
        (0..<queries.count / dimension).map { position in
          var (sum, key) = (0.0, firstKey(position))
          while key <= position {
            var (product, index) = (0.0, 0)
            while index < dimension {
              product += Double(queries[position * dimension + index]) * Double(keys[key * dimension + index])
              index += 1
            }
            sum += exp(score(product))
            key += 1
          }
          return Float(log(sum))
        }
      }
    }
  }
}
