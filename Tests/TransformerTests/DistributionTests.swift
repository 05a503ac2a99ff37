import Foundation
import Kernels
import TestSupport
import Testing
@testable import Transformer

/// Distributions over a vocabulary against their definitions in doubles, at every instruction set of this CPU.
@Suite struct DistributionTests {
  private static let sizes = [1, 2, 15, 16, 17, 511, 512, 513, 4099, 49_152]

  private static func logits(_ count: Int, seed: UInt64, spread: Float = 8) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in .random(in: -spread...spread, using: &generator) }
  }

  private static func logSumExp(_ x: [Float]) -> Double {
    let most = Double(x.max() ?? 0)
    return most + log(x.reduce(0.0) { $0 + exp(Double($1) - most) })
  }

  private static func divergence(_ p: [Float], _ q: [Float]) -> Double {
    let (pSum, qSum) = (logSumExp(p), logSumExp(q))
    return zip(p, q).reduce(0.0) {
      $0 + exp(Double($1.0) - pSum) * (Double($1.0) - pSum - Double($1.1) + qSum)
    }
  }

  private static func atEverySet(_ body: (InstructionSet) -> Void) {
    for set in InstructionSet.allCases where set <= InstructionSet.used { set.using { body(set) } }
  }

  @Test(arguments: sizes) func theLogSumExpIsThatOfDoubles(_ count: Int) {
    let x = Self.logits(count, seed: UInt64(count))
    let flat = [Float](repeating: -3.25, count: count)
    Self.atEverySet { set in
      #expect(abs(laq_log_sum_exp(x, Int32(count)) - Self.logSumExp(x)) < 1e-6, "\(set.name)")
      // Every term is the same: an error of each would add up.
      #expect(abs(laq_log_sum_exp(flat, Int32(count)) - Self.logSumExp(flat)) < 1e-6, "\(set.name)")
    }
  }

  @Test func logitsWithoutAFiniteOneHaveTheLargestAsTheirSum() {
    for most in [-Float.infinity, .infinity] {
      #expect(laq_log_sum_exp([most, -.infinity], 2) == Double(most))
    }
    #expect(laq_log_sum_exp([], 0) == 0)
  }

  @Test(arguments: sizes) func theDivergenceIsThatOfDoubles(_ count: Int) {
    let p = Self.logits(count, seed: 1 + UInt64(count))
    let near = p.map { $0 + 1e-3 * sin(7 * $0) }
    for q in [p, near, Self.logits(count, seed: 2 + UInt64(count))] {
      let wanted = Self.divergence(p, q)
      Self.atEverySet { set in
        let (pSum, qSum) = (laq_log_sum_exp(p, Int32(count)), laq_log_sum_exp(q, Int32(count)))
        let found = laq_divergence(p, pSum, q, qSum, Int32(count))
        #expect(abs(found - wanted) <= 2e-6 * max(abs(wanted), 0.1), "\(set.name): \(found), not \(wanted)")
      }
    }
  }

  @Test(arguments: sizes) func theHighestComeFirstAndEqualOnesByTheirIds(_ count: Int) {
    // Coarse numbers, of which many are equal.
    let x = Self.logits(count, seed: 3 + UInt64(count)).map { ($0 / 2).rounded() }
    let wanted = x.indices.sorted { x[$0] != x[$1] ? x[$0] > x[$1] : $0 < $1 }.prefix(8)
    var ids = [Int32](repeating: -1, count: 9)
    let found = laq_highest(x, Int32(count), 8, &ids)
    #expect(ids.prefix(Int(found)).map(Int.init) == Array(wanted))
  }

  @Test(arguments: sizes) func theCosineAndTheBitsAreThoseOfDoubles(_ count: Int) {
    let a = Self.logits(count, seed: 4 + UInt64(count)), b = Self.logits(count, seed: 5 + UInt64(count))
    func dot(_ x: [Float], _ y: [Float]) -> Double {
      zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let cosine = dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    var values: Set<Double> = []
    Self.atEverySet { set in
      let found = laq_cosine(a, b, Int32(count))
      #expect(abs(found - cosine) < 1e-12, "\(set.name)")
      values.insert(found)
    }
    #expect(values.count == 1, "the sums have the same bytes on every CPU")
    #expect(laq_cosine(a, [Float](repeating: 0, count: count), Int32(count)) == 0)
    let weights = a.map { max(0, $0) / Float(count) }
    let bits = weights.reduce(0.0) { $1 > 0 ? $0 - Double($1) * log2(Double($1)) : $0 }
    #expect(abs(laq_bits(weights, Int32(count)) - bits) < 1e-5)
  }
}
