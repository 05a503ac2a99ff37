import Eviction

/// Draws for one case: the same for the same words and seed, on every machine and with every version of
/// Swift, whose own `random(in:)` promises no sequence.
struct CaseRandom {
  private var generator: SplitMix64

  /// Begins with a sentence that names the case and with its seed.
  init(_ name: String, seed: Int) {
    // FNV-1a, 64 bits.
    let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3
    }
    generator = SplitMix64(seed: SplitMix64.mixed(hash) &+ SplitMix64.mixed(UInt64(bitPattern: Int64(seed))))
  }

  /// A number from 0 to `count - 1`; 0 for none. The bias is below `count / 2⁶⁴`.
  mutating func below(_ count: Int) -> Int {
    Int(generator.next().multipliedFullWidth(by: UInt64(max(1, count))).high)
  }

  /// A number of a range.
  mutating func number(in range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  /// A number from 0 to less than 1.
  mutating func fraction() -> Double { Double(generator.next() >> 11) * 0x1p-53 }

  /// Whether something of that probability happens.
  mutating func happens(_ probability: Double) -> Bool { fraction() < probability }

  /// One of several.
  /// - Precondition: there is one.
  mutating func one<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }

  /// Several of them, no place twice, in the order in which they were drawn.
  mutating func some<Element>(_ count: Int, of elements: [Element]) -> [Element] {
    var rest = elements
    return (0..<min(count, elements.count)).map { _ in rest.remove(at: below(rest.count)) }
  }

  /// All of them in any order.
  mutating func shuffled<Element>(_ elements: [Element]) -> [Element] { some(elements.count, of: elements) }
}
