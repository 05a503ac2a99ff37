/// A text as templates see it: a sequence of Unicode scalars, equal only to one of the same scalars.
///
/// `String` itself takes canonically equivalent texts for equal, and `\r\n` for one character.
struct Text: Hashable, Sendable, ExpressibleByStringLiteral, Comparable {
  var string: String

  init(_ string: String) { self.string = string }
  init(stringLiteral string: String) { self.string = string }

  init(_ scalars: some Sequence<Unicode.Scalar>) {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    string = String(view)
  }

  var scalars: String.UnicodeScalarView { string.unicodeScalars }
  var byteCount: Int { string.utf8.count }
  var isEmpty: Bool { string.isEmpty }

  static func == (a: Self, b: Self) -> Bool { a.string.utf8.elementsEqual(b.string.utf8) }

  /// UTF-8 has the order of the scalars.
  static func < (a: Self, b: Self) -> Bool { a.string.utf8.lexicographicallyPrecedes(b.string.utf8) }

  func hash(into hasher: inout Hasher) {
    for byte in string.utf8 { hasher.combine(byte) }
    hasher.combine(byteCount)
  }

  /// For errors: without control characters, and short.
  var quoted: String {
    let shown = scalars.prefix(200).reduce(into: "") { result, scalar in
      if scalar.isPrintable { result.unicodeScalars.append(scalar) } else { result += scalar.escaped }
    }
    return "'" + shown + (shown.utf8.count < byteCount && scalars.count > 200 ? "…'" : "'")
  }
}

extension Unicode.Scalar {
  /// What Python's `str` strips and splits at.
  var isSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }

  /// Whether Python's `repr` shows the scalar as it is.
  var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: self == " "
    default: true
    }
  }

  /// The scalar as an escape sequence.
  var escaped: String {
    func hexadecimal(_ width: Int) -> String {
      let digits = String(value, radix: 16)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return switch value {
    case 0x09: "\\t"
    case 0x0A: "\\n"
    case 0x0D: "\\r"
    case 0...0xFF: "\\x" + hexadecimal(2)
    case 0...0xFFFF: "\\u" + hexadecimal(4)
    default: "\\U" + hexadecimal(8)
    }
  }
}
