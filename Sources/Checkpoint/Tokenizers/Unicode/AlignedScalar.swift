/// One Unicode scalar on its way to the model, and the bytes of the source text that it stands for: a
/// normalizer changes the scalar, never the place.
struct AlignedScalar: Hashable, Sendable {
  /// Values from here on are bytes that are no part of valid UTF-8.
  static let invalidBase: UInt32 = 0x11_0000

  /// The scalar's value, or `invalidBase` and a byte.
  let value: UInt32
  /// How many bytes of the source it stands for; 0 when it stands nowhere in it.
  let length: UInt32
  /// The first of those bytes.
  let start: Int

  init(value: UInt32, byteRange: Range<Int>) {
    self.value = value
    start = byteRange.lowerBound
    length = UInt32(clamping: byteRange.count)
  }

  init(_ scalar: Unicode.Scalar, byteRange: Range<Int>) {
    self.init(value: scalar.value, byteRange: byteRange)
  }

  /// The place in the source text.
  var byteRange: Range<Int> { start..<start + Int(length) }

  /// The scalar; `nil` for a byte that belongs to none.
  var scalar: Unicode.Scalar? { Unicode.Scalar(value) }

  /// Appends the scalar as UTF-8, or the byte that is none.
  func appendBytes(to bytes: inout [UInt8]) {
    switch value {
    case ..<0x80: bytes.append(UInt8(value))
    case Self.invalidBase...: bytes.append(UInt8(truncatingIfNeeded: value))
    default:
      if let scalar { bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter) }
    }
  }

  /// Splits bytes into scalars without losing any: what is no UTF-8 comes out byte by byte.
  static func scan(_ bytes: [UInt8]) -> [AlignedScalar] {
    var result: [AlignedScalar] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      let (value, length) = scalar(at: index, in: bytes)
      result.append(AlignedScalar(value: value, byteRange: index..<index + length))
      index += length
    }
    return result
  }

  private static func scalar(at index: Int, in bytes: [UInt8]) -> (value: UInt32, length: Int) {
    let first = bytes[index]
    if first < 0x80 { return (UInt32(first), 1) }
    let invalid = (invalidBase + UInt32(first), 1)
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard first >= 0xC2, first <= 0xF4, index + length <= bytes.count else { return invalid }
    var value = UInt32(first) & (0xFF >> UInt32(length + 1))
    for offset in 1..<length {
      let byte = bytes[index + offset]
      guard byte & 0xC0 == 0x80 else { return invalid }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    // Overlong forms and surrogates are no UTF-8.
    guard value >= (length == 2 ? 0x80 : length == 3 ? 0x800 : 0x1_0000), Unicode.Scalar(value) != nil else {
      return invalid
    }
    return (value, length)
  }
}

extension ArraySlice<AlignedScalar> {
  /// The stretch of the source text; `nil` when there is nothing.
  var byteRange: Range<Int>? {
    guard let first, let last else { return nil }
    return first.start..<last.byteRange.upperBound
  }

  /// The scalars as UTF-8.
  var bytes: [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(count)
    for scalar in self { scalar.appendBytes(to: &result) }
    return result
  }
}

extension Range<Int> {
  /// One of several parts of a stretch of bytes, for what comes to share it: a byte for each, the rest for
  /// the last; empty when there are fewer bytes than parts.
  func part(_ index: Int, of count: Int) -> Range<Int> {
    let start = Swift.min(lowerBound + index, upperBound)
    return start..<(index + 1 == count ? upperBound : Swift.min(start + 1, upperBound))
  }
}
