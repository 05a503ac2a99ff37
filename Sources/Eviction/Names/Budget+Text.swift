extension Budget: LosslessStringConvertible, CustomStringConvertible {
  /// Units of memory, the largest first.
  private static let units: [(name: String, bytes: Int)] = [
    ("GiB", 1 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20), ("MB", 1_000_000), ("KiB", 1 << 10),
    ("kB", 1000),
    ("B", 1),
  ]

  /// The text that parses back to this budget; memory in the largest unit of which it is a whole number.
  public var description: String {
    switch self {
    case .tokens(let count): return String(count)
    case .share(let share):
      let (whole, rest) = (share.parts * 100).quotientAndRemainder(dividingBy: share.whole)
      guard rest > 0 else { return "\(whole)%" }
      let digits = String(rest + share.whole).dropFirst()  // leading zeros
      return "\(whole).\(digits.trimmingZeros())%"
    case .bytes(let bytes):
      let unit = Self.units.first { bytes % $0.bytes == 0 } ?? ("B", 1)
      return "\(bytes / unit.bytes)\(unit.name)"
    }
  }

  /// Reads a budget; `nil` for what is none.
  public init?(_ description: String) { try? self.init(parsing: description) }

  /// Parses `256`, `12.5%` and `64MiB`; upper and lower case are the same.
  /// - Throws: `BudgetError`.
  public init(parsing text: String) throws {
    let compact = text.lowercased().filter { !$0.isWhitespace }
    let number = compact.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    let unit = compact.dropFirst(number.count)
    guard let (digits, scale) = Self.decimal(number) else { throw BudgetError.malformed(text) }
    switch unit {
    case "":
      guard scale == 1 else { throw BudgetError.malformed(text) }
      let range = 1...1_000_000_000
      guard range.contains(digits) else {
        throw BudgetError.outOfRange(text, range: "1 to 1000000000 tokens")
      }
      self = .tokens(digits)
    case "%":
      let whole = scale * 100
      guard digits > 0, digits <= whole else {
        throw BudgetError.outOfRange(text, range: "more than 0% and up to 100%")
      }
      self = .share(Share(parts: digits, whole: whole))
    default:
      guard let unit = Self.units.first(where: { $0.name.lowercased() == unit }) else {
        throw BudgetError.malformed(text)
      }
      let (bytes, overflow) = digits.multipliedReportingOverflow(by: unit.bytes)
      guard !overflow, bytes >= scale else {
        throw BudgetError.outOfRange(text, range: "1B and up to 8388607GiB")
      }
      self = .bytes(bytes / scale)  // whole bytes, rounded down
    }
  }

  /// The digits of a decimal number without its point, and the power of ten by which they count too much; the
  /// last digit behind a point is no zero. `nil` for more digits than a budget has.
  private static func decimal(_ text: Substring) -> (digits: Int, scale: Int)? {
    let sides = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(sides.count), sides.allSatisfy({ !$0.isEmpty && $0.count <= 12 }) else {
      return nil
    }
    let fraction = sides.count == 2 ? sides[1].trimmingZeros() : ""
    guard fraction.count <= 6, let digits = Int(sides[0] + fraction) else { return nil }
    return (digits, fraction.reduce(1) { scale, _ in scale * 10 })
  }
}

extension Substring {
  /// Without the zeros at its end.
  fileprivate func trimmingZeros() -> Substring {
    guard let last = lastIndex(where: { $0 != "0" }) else { return "" }
    return self[...last]
  }
}
