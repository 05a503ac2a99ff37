/// A control sequence of ECMA-48 behind its introducer, `ESC [`.
struct ControlSequence {
  /// What stands before the numbers in private sequences, one of `<=>?`.
  let prefix: UInt8?
  /// The numbers, parted by semicolons, and each one's parts, parted by colons; 0 for an empty one.
  let parameters: [[Int]]
  /// Bytes between the numbers and the final one.
  let intermediates: [UInt8]
  let final: UInt8

  /// - Parameter bytes: everything behind the introducer, the final byte included.
  init(_ bytes: ArraySlice<UInt8>) {
    final = bytes.last ?? 0
    let body = bytes.dropLast()
    prefix = body.first.flatMap { (0x3C...0x3F).contains($0) ? $0 : nil }
    let numbers = (prefix == nil ? body : body.dropFirst()).prefix { (0x30...0x3F).contains($0) }
    intermediates = body.filter { (0x20...0x2F).contains($0) }
    let fields = numbers.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
    parameters =
      numbers.isEmpty
      ? []
      : fields.map { field in
        field.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map(Self.number)
      }
  }

  /// The first part of a number, `standard` where it is missing or 0.
  func number(_ index: Int, or standard: Int) -> Int {
    let value = index < parameters.count ? parameters[index].first ?? 0 : 0
    return value == 0 ? standard : value
  }

  /// Another part of a number, 0 where it is missing.
  func part(_ part: Int, of index: Int) -> Int {
    index < parameters.count && part < parameters[index].count ? parameters[index][part] : 0
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int {
    digits.reduce(0) { value, digit in
      (0x30...0x39).contains(digit) ? min(value * 10 + Int(digit - 0x30), 1 << 24) : value
    }
  }
}
