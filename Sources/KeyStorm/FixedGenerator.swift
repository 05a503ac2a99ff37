/// A linear congruential generator (Knuth's MMIX constants): the same numbers everywhere.
package struct FixedGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// Begins anywhere.
  package init(seed: UInt64) { state = seed }

  /// The next number.
  package mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 33)
  }

  /// A number from 0 to one less than `bound`, from the upper bits.
  package mutating func next(below bound: Int) -> Int { Int((next() >> 11) % UInt64(bound)) }
}
