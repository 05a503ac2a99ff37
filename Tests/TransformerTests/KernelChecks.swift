import Foundation
import Kernels

/// What kernels compute, beside the same in doubles: each check gives its largest difference as a multiple of
/// what rounding explains.
enum KernelChecks {
  typealias Check = (name: String, worst: @Sendable () -> Double)

  /// Numbers in -1 ..< 1 that do not repeat soon.
  static func numbers(_ count: Int, _ seed: Int) -> [Float] {
    (0..<count).map { i in Float((i * 7919 + seed * 104_729 + i * i * 31) % 8191) / 4096 - 1 }
  }

  /// The largest difference over `tolerance`, relative to numbers above 1.
  static func worst(_ found: [Float], _ expected: [Double], _ tolerance: Double) -> Double {
    guard found.count == expected.count else { return .infinity }
    return zip(found, expected).reduce(0) { worst, pair in
      let difference = abs(Double(pair.0) - pair.1) / (tolerance * max(1, abs(pair.1)))
      return difference.isNaN ? .infinity : max(worst, difference)
    }
  }

  /// The worst of several counts: around vectors' and tiles' sizes.
  static func over(_ counts: [Int], _ body: (Int) -> Double) -> Double { counts.map(body).max() ?? .infinity }

  static let sizes = [1, 2, 8, 15, 16, 17, 33, 64, 100]

  static let elementwise: [Check] = [
    (
      "rms_norm",
      {
        over(sizes) { count in
          let (x, weight) = (numbers(count, 1), numbers(count, 2))
          var y = [Float](repeating: 9, count: count)
          laq_rms_norm(x, weight, 1e-5, Int32(count), &y)
          let mean = x.reduce(0) { $0 + Double($1) * Double($1) } / Double(count)
          return worst(y, zip(x, weight).map { Double($0) / (mean + 1e-5).squareRoot() * Double($1) }, 4e-6)
        }
      }
    ),
    (
      "rope",
      {
        over([2, 8, 16, 30, 64, 96]) { dimension in
          let half = dimension / 2
          let angles = (0..<half).map { Double($0) * 0.37 }
          var x = numbers(dimension, 3)
          let before = x.map { Double($0) }
          laq_rope(&x, angles.map { Float(cos($0)) }, angles.map { Float(sin($0)) }, Int32(dimension))
          let expected = (0..<dimension).map { i in
            let (pair, angle) = (i % half, angles[i % half])
            return i < half
              ? before[pair] * cos(angle) - before[pair + half] * sin(angle)
              : before[pair + half] * cos(angle) + before[pair] * sin(angle)
          }
          return worst(x, expected, 5e-7)
        }
      }
    ),
    (
      "swiglu",
      {
        over(sizes) { count in
          let (gate, up) = (numbers(count, 4).map { $0 * 9 }, numbers(count, 5))
          var y = [Float](repeating: 9, count: count)
          laq_swiglu(gate, up, Int32(count), &y)
          return worst(y, zip(gate, up).map { Double($0) / (1 + exp(-Double($0))) * Double($1) }, 2e-6)
        }
      }
    ),
    (
      "geglu",
      {
        over(sizes) { count in
          let (gate, up) = (numbers(count, 6).map { $0 * 5 }, numbers(count, 7))
          var y = [Float](repeating: 9, count: count)
          laq_geglu(gate, up, Int32(count), &y)
          let expected = zip(gate, up).map { gate, up in
            let x = Double(gate)
            return 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
              * Double(up)
          }
          return worst(y, expected, 4e-6)
        }
      }
    ),
    (
      "soft_cap",
      {
        over(sizes) { count in
          var x = numbers(count, 8).map { $0 * 60 }
          let expected = x.map { 30 * tanh(Double($0) / 30) }
          laq_soft_cap(&x, Int32(count), 30)
          // Near zero what is left of the cap's own rounding.
          return worst(x, expected, 30 * 2e-7)
        }
      }
    ),
    (
      "exponentials",
      {
        over(sizes) { count in
          var x = numbers(count, 9).map { $0 * 20 }
          let expected = x.map { exp(Double($0) - 0.5) }
          let sum = laq_exponentials(&x, Int32(count), -0.5)
          return max(worst(x, expected, 4e-6), worst([sum], [expected.reduce(0, +)], 4e-6))
        }
      }
    ),
    (
      "sums",
      {
        over(sizes) { count in
          let x = numbers(count, 10)
          var (scaled, magnitudes, squares) = (numbers(count, 11), numbers(count, 12), numbers(count, 13))
          let before = (scaled, magnitudes, squares)
          laq_add_scaled(&scaled, x, 0.75, Int32(count))
          laq_add_magnitudes(&magnitudes, x, Int32(count))
          laq_add_squares(&squares, x, Int32(count))
          return [
            worst(scaled, zip(before.0, x).map { Double($0) + 0.75 * Double($1) }, 3e-7),
            worst(magnitudes, zip(before.1, x).map { Double($0) + abs(Double($1)) }, 3e-7),
            worst(squares, zip(before.2, x).map { Double($0) + Double($1) * Double($1) }, 3e-7),
          ].max() ?? .infinity
        }
      }
    ),
    (
      "entropy",
      {
        over(sizes) { count in
          let x = numbers(count, 14).map { abs($0) / Float(count) }
          return worst(
            [laq_entropy(x, Int32(count))], [-x.reduce(0) { $0 + Double($1) * log(Double($1) + 1e-10) }], 1e-5
          )
        }
      }
    ),
    (
      "bfloat16",
      {
        over(sizes) { count in
          let x = numbers(count, 15).map { $0 * 300 }
          var (rounded, back) = ([UInt16](repeating: 9, count: count), [Float](repeating: 9, count: count))
          laq_round_to_bf16(x, &rounded, count)
          laq_widen_bf16(rounded, &back, count)
          // A half of the last of eight bits.
          let isNearest = zip(x, back).allSatisfy { abs($0 - $1) <= abs($0) / 256 }
          return isNearest && zip(rounded, back).allSatisfy { UInt32($0) << 16 == $1.bitPattern }
            ? 0 : .infinity
        }
      }
    ),
  ]

  static let products: [Check] = [
    (
      "few_products",
      {
        over([1, 2, 3, 4, 5, 9]) { rows in
          over([1, 7, 16, 40, 200]) { inputs in
            let outputs = 13
            let (w, x) = (numbers(outputs * inputs, 16), numbers(rows * inputs, 17))
            var y = [Float](repeating: 9, count: rows * outputs)
            laq_few_products(w, Int32(outputs), Int32(inputs), x, Int32(rows), &y, Int32(outputs))
            return worst(
              y, plain(x, w, rows: rows, outputs: outputs, inputs: inputs), 1e-7 * Double(inputs + 16))
          }
        }
      }
    ),
    (
      "second_moments",
      {
        over([1, 10, 16, 64]) { dimension in
          let count = 37
          let x = numbers(count * dimension, 19)
          var products = [Float](repeating: 9, count: dimension * dimension)
          laq_second_moments(x, Int32(count), Int32(dimension), &products)
          let expected = (0..<dimension * dimension).map { pair in
            (0..<count).reduce(0.0) {
              $0 + Double(x[$1 * dimension + pair / dimension]) * Double(x[$1 * dimension + pair % dimension])
            }
          }
          return worst(products, expected, 1e-5)
        }
      }
    ),
    (
      "quadratic_forms",
      {
        over([2, 10, 16, 64]) { dimension in
          let count = 70
          let (x, matrix) = (numbers(count * dimension, 20), numbers(dimension * dimension, 21))
          let packed = KernelAttention.packed(x, count: count, dimension: dimension)
          var forms = [Float](repeating: 9, count: packed.count / dimension)
          laq_quadratic_forms(matrix, packed, Int32(count), Int32(dimension), &forms)
          let expected = (0..<count).map { n in
            (0..<dimension * dimension).reduce(0.0) {
              $0 + Double(matrix[$1]) * Double(x[n * dimension + $1 / dimension])
                * Double(x[n * dimension + $1 % dimension])
            }
          }
          return worst(Array(forms[..<count]), expected, 1e-4)
        }
      }
    ),
  ]

  private static func plain(_ x: [Float], _ w: [Float], rows: Int, outputs: Int, inputs: Int) -> [Double] {
    (0..<rows * outputs).map { place in
      (0..<inputs).reduce(0.0) {
        $0 + Double(x[place / outputs * inputs + $1]) * Double(w[place % outputs * inputs + $1])
      }
    }
  }
}
