/// A set of scalars as patterns write them: ranges, Unicode categories, and what is made of them.
///
/// The values are cut into intervals, and each has the kinds of scalars that belong to the set there, a bit
/// for each: closed under union and complement without listing a million scalars.
struct ScalarSet: Hashable, Sendable {
  /// Where each interval begins, ascending from 0.
  private(set) var starts: [UInt32]
  /// The kinds in each interval.
  private(set) var kinds: [UInt64]

  static let none = ScalarSet(kinds: 0)
  static let all = ScalarSet(kinds: .max)
  /// `\s`: Unicode's White_Space.
  static let whiteSpace = ScalarSet(kinds: 0xFFFF_FFFF_0000_0000)

  /// Every scalar of some kinds.
  init(kinds: UInt64) {
    starts = [0]
    self.kinds = [kinds]
  }

  /// Every scalar of a range.
  init(_ range: ClosedRange<UInt32>) {
    starts = range.lowerBound > 0 ? [0, range.lowerBound] : [0]
    kinds = range.lowerBound > 0 ? [0, .max] : [.max]
    if range.upperBound < .max {
      starts.append(range.upperBound + 1)
      kinds.append(0)
    }
  }

  /// The kinds of each interval.
  init(starts: [UInt32], kinds: [UInt64]) { (self.starts, self.kinds) = (starts, kinds) }

  init(_ scalar: Unicode.Scalar) { self.init(scalar.value...scalar.value) }

  /// Every scalar of a category: one of the two-letter names, or the letter that several begin with.
  /// `nil` for an unknown name.
  init?(category: String) {
    let names = ScalarKind.categories
    let matching = names.indices.filter {
      names[$0] == category || (category.count == 1 && names[$0].hasPrefix(category))
    }
    guard !matching.isEmpty else { return nil }
    let plain = matching.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
    self.init(kinds: plain | plain << 32)
  }

  /// `\w`: letters, marks, decimal and letter numbers, connectors, and the circled and squared letters that
  /// Unicode calls alphabetic.
  static let word: ScalarSet = {
    let categories = ["L", "M", "Nd", "Nl", "Pc"].compactMap { ScalarSet(category: $0) }
    let letters: [ClosedRange<UInt32>] = [
      0x24B6...0x24E9, 0x1F130...0x1F149, 0x1F150...0x1F169, 0x1F170...0x1F189,
    ]
    return (categories + letters.map { ScalarSet($0) }).reduce(.none) { $0.union($1) }
  }()

  /// `\w` of Rust's regular expressions, which has the two joiners as well.
  static let rustWord = word.union(ScalarSet(0x200C...0x200D))

  var complement: ScalarSet {
    var result = self
    result.kinds = kinds.map(~)
    return result
  }

  func union(_ other: ScalarSet) -> ScalarSet {
    var result = ScalarSet.none
    result.starts = Set(starts + other.starts).sorted()
    result.kinds = result.starts.map { kinds(at: $0) | other.kinds(at: $0) }
    return result
  }

  /// The kinds of the interval in which a value is.
  func kinds(at value: UInt32) -> UInt64 { kinds[Self.interval(of: value, in: starts)] }

  func contains(_ value: UInt32) -> Bool {
    kinds(at: value) >> UInt64(ScalarKind.of(value).code) & 1 == 1
  }

  /// The last interval that begins at or before a value; the first begins at 0.
  static func interval(of value: UInt32, in starts: [UInt32]) -> Int {
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= value { low = middle } else { high = middle }
    }
    return low
  }
}
