/// One Unicode scalar of a byte string, or one byte that is no part of valid UTF-8.
struct ScannedScalar {
  /// The place in the bytes.
  let byteRange: Range<Int>
  /// The scalar; `nil` for a byte that belongs to none.
  let scalar: Unicode.Scalar?

  var isLetter: Bool {
    guard let scalar else { return false }
    if scalar.isASCII { return scalar.properties.isAlphabetic }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return true
    default: return false
    }
  }

  var isNumber: Bool {
    guard let scalar else { return false }
    if scalar.isASCII { return scalar.value >= 0x30 && scalar.value <= 0x39 }
    switch scalar.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: return true
    default: return false
    }
  }

  var isSpace: Bool { scalar?.properties.isWhitespace ?? false }
}

/// Splits bytes into scalars without losing any: what is no UTF-8 comes out byte by byte.
func scanScalars(_ bytes: ArraySlice<UInt8>) -> [ScannedScalar] {
  var result: [ScannedScalar] = []
  result.reserveCapacity(bytes.count)
  var index = bytes.startIndex
  while index < bytes.endIndex {
    let (scalar, length) = scalar(at: index, in: bytes)
    result.append(ScannedScalar(byteRange: index..<index + length, scalar: scalar))
    index += length
  }
  return result
}

private func scalar(at index: Int, in bytes: ArraySlice<UInt8>) -> (Unicode.Scalar?, Int) {
  let first = bytes[index]
  if first < 0x80 { return (Unicode.Scalar(first), 1) }
  let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
  guard first >= 0xC2, first <= 0xF4, index + length <= bytes.endIndex else { return (nil, 1) }
  var value = UInt32(first) & (0xFF >> UInt32(length + 1))
  for offset in 1..<length {
    let byte = bytes[index + offset]
    guard byte & 0xC0 == 0x80 else { return (nil, 1) }
    value = value << 6 | UInt32(byte & 0x3F)
  }
  // Overlong forms and surrogates are no UTF-8.
  guard value >= (length == 2 ? 0x80 : length == 3 ? 0x800 : 0x1_0000),
    let scalar = Unicode.Scalar(value)
  else { return (nil, 1) }
  return (scalar, length)
}
