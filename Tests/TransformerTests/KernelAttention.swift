import Foundation
import Kernels

/// A few causal queries with their keys and values, and what attention makes of them in doubles.
struct KernelAttention {
  let rows: Int
  /// The position of the first query: the keys before it are seen by all.
  let first: Int
  let dimension: Int
  let rule: laq_attention_rule
  let queries: [Float], keys: [Float], values: [Float]
  /// `[row][key]`, whatever a row may see.
  private let scores: [[Double]]
  /// Of each row.
  private let normalisers: [Double]

  var count: Int { first + rows }

  init(rows: Int, first: Int, dimension: Int, softCap: Float = 0, window: Int = 0) {
    (self.rows, self.first, self.dimension) = (rows, first, dimension)
    let rule = laq_attention_rule(
      scale: 1 / Float(dimension).squareRoot(), soft_cap: softCap, window: Int32(window))
    let queries = KernelChecks.numbers(rows * dimension, 31).map { $0 * 3 }
    let keys = KernelChecks.numbers((first + rows) * dimension, 32).map { $0 * 2 }
    let scores = (0..<rows).map { row in
      (0..<first + rows).map { key in
        var product = 0.0
        for i in 0..<dimension {
          product += Double(queries[row * dimension + i]) * Double(keys[key * dimension + i])
        }
        let score = product * Double(rule.scale)
        return softCap > 0 ? Double(softCap) * tanh(score / Double(softCap)) : score
      }
    }
    (self.rule, self.queries, self.keys, self.scores) = (rule, queries, keys, scores)
    values = KernelChecks.numbers((first + rows) * dimension, 33)
    normalisers = (0..<rows).map { row in
      let end = first + row + 1
      return log(scores[row][(window > 0 ? max(0, end - window) : 0)..<end].reduce(0.0) { $0 + exp($1) })
    }
  }

  /// Sizes around vectors and tiles, both kinds of caps, with and without a window.
  static let cases = [
    KernelAttention(rows: 1, first: 0, dimension: 8), KernelAttention(rows: 5, first: 3, dimension: 16),
    KernelAttention(rows: 64, first: 0, dimension: 64), KernelAttention(rows: 70, first: 130, dimension: 40),
    KernelAttention(rows: 33, first: 64, dimension: 24, softCap: 4),
    KernelAttention(rows: 64, first: 100, dimension: 32, window: 50),
  ]

  static func packed(_ vectors: [Float], count: Int, dimension: Int) -> [Float] {
    var packed = [Float](repeating: 0, count: laq_packed_keys_count(Int32(count), Int32(dimension)))
    laq_pack_keys(vectors, Int32(count), Int32(dimension), &packed)
    return packed
  }

  var packedKeys: [Float] { Self.packed(keys, count: count, dimension: dimension) }

  func score(_ row: Int, _ key: Int) -> Double { scores[row][key] }

  /// The keys that a row sees.
  func visible(_ row: Int) -> Range<Int> {
    let end = first + row + 1
    return (rule.window > 0 ? max(0, end - Int(rule.window)) : 0)..<end
  }

  func logSumExp(_ row: Int) -> Double { normalisers[row] }

  func weight(_ row: Int, _ key: Int) -> Double {
    visible(row).contains(key) ? exp(scores[row][key] - normalisers[row]) : 0
  }

  func output(_ row: Int) -> [Double] {
    let weights = visible(row).map { ($0, weight(row, $0)) }
    return (0..<dimension).map { i in weights.reduce(0.0) { $0 + $1.1 * Double(values[$1.0 * dimension + i]) }
    }
  }
}

extension KernelChecks {
  private static func overCases(_ body: (KernelAttention) -> Double) -> Double {
    KernelAttention.cases.map(body).max() ?? .infinity
  }

  static let attention: [Check] = [
    (
      "attend_causal",
      {
        overCases { c in
          var (out, sums) = (
            [Float](repeating: 9, count: c.rows * c.dimension), [Float](repeating: 9, count: c.rows)
          )
          laq_attend_causal(
            c.queries, Int32(c.dimension), Int32(c.rows), Int32(c.first), c.packedKeys, c.values,
            Int32(c.dimension), c.rule,
            &out, Int32(c.dimension), &sums)
          return max(
            worst(out, (0..<c.rows).flatMap(c.output), 4e-6),
            worst(sums, (0..<c.rows).map { c.logSumExp($0) }, 4e-6))
        }
      }
    ),
    (
      "received_attention",
      {
        over([1, 20, 64, 130]) { count in
          let c = KernelAttention(rows: count, first: 0, dimension: 24)
          var sums = [Float](repeating: 0, count: (count + 63) / 64 * 64)
          laq_received_attention(
            c.queries, Int32(count), c.packedKeys, (0..<count).map { Float(c.logSumExp($0)) },
            Int32(c.dimension), c.rule, &sums)
          let expected = (0..<count).map { key in (0..<count).reduce(0.0) { $0 + c.weight($1, key) } }
          return worst(Array(sums[..<count]), expected, 2e-5)
        }
      }
    ),
    (
      "row_scores",
      {
        overCases { c in
          let stride = (c.count + 63) / 64 * 64
          var scores = [Float](repeating: 9, count: c.rows * stride)
          laq_row_scores(
            c.queries, Int32(c.rows), c.packedKeys, Int32(c.count), Int32(c.dimension), c.rule, &scores,
            Int32(stride))
          let found = (0..<c.rows).flatMap { scores[$0 * stride..<$0 * stride + c.count] }
          return worst(found, (0..<c.rows).flatMap { row in (0..<c.count).map { c.score(row, $0) } }, 3e-6)
        }
      }
    ),
    (
      "key_scores",
      {
        overCases { c in
          var scores = [Float](repeating: 9, count: c.count)
          laq_key_scores(c.queries, c.keys, Int32(c.count), Int32(c.dimension), c.rule, &scores)
          return worst(scores, (0..<c.count).map { c.score(0, $0) }, 3e-6)
        }
      }
    ),
    (
      "attend_part",
      {
        overCases { c in
          let last = c.visible(c.rows - 1)
          let query = Array(c.queries.suffix(c.dimension))
          var (out, scratch) = (
            [Float](repeating: 9, count: c.dimension), [Float](repeating: 9, count: c.count)
          )
          var (maximum, total) = (Float(0), Float(0))
          laq_attend_part(
            query, Array(c.keys[(last.lowerBound * c.dimension)...]),
            Array(c.values[(last.lowerBound * c.dimension)...]),
            Int32(last.count), Int32(c.dimension), c.rule, &scratch, &out, &maximum, &total)
          return worst(out.map { $0 / total }, c.output(c.rows - 1), 4e-6)
        }
      }
    ),
    (
      "add_log_sum_exp",
      {
        overCases { c in
          var sums = [Float](repeating: -.infinity, count: c.rows)
          // In two parts, as a cache that grows is taken in.
          for part in [0..<c.count / 2, c.count / 2..<c.count] {
            laq_add_log_sum_exp(
              c.queries, Int32(c.rows), Int32(c.first), c.packedKeys, Int32(part.lowerBound),
              Int32(part.upperBound),
              Int32(c.dimension), c.rule, &sums)
          }
          return worst(sums, (0..<c.rows).map { c.logSumExp($0) }, 4e-6)
        }
      }
    ),
    (
      "highest_attention",
      {
        overCases { c in
          guard c.first > 0 else { return 0 }
          var highest = [Float](repeating: -.infinity, count: (c.first + 63) / 64 * 64)
          laq_highest_attention(
            c.queries, Int32(c.rows), Int32(c.first), c.packedKeys, 0, Int32(c.first), Int32(c.dimension),
            c.rule,
            (0..<c.rows).map { Float(c.logSumExp($0)) }, &highest)
          let expected = (0..<c.first).map { key in (0..<c.rows).map { c.weight($0, key) }.max() ?? 0 }
          return worst(highest[..<c.first].map { Float(exp(Double($0))) }, expected, 4e-6)
        }
      }
    ),
  ]
}
