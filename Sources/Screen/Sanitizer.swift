/// Makes every character of foreign text visible, so that nothing in an input can steer the terminal.
package enum Sanitizer {
  /// The text with controls, escapes, direction marks and invisible characters written out.
  ///
  /// Newline, tab and (with `spaces`) space take the glyph set's marks; other controls their pictures, or
  /// `<1B>` in ASCII; invisible ones `<U+202E>`. In ASCII every scalar beyond it becomes `?`.
  package static func visible(_ text: String, glyphs: GlyphSet = .unicode, spaces: Bool = true) -> String {
    var result = ""
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      result += visible(scalar, after: previous, glyphs: glyphs, spaces: spaces)
      previous = scalar
    }
    return result
  }

  /// The same for bytes: those that are no UTF-8 show as `<E9>`.
  package static func visible(bytes: some Sequence<UInt8>, glyphs: GlyphSet = .unicode, spaces: Bool = true)
    -> String
  {
    let bytes = Array(bytes)
    let plain: Range<UInt8> = (spaces ? 0x21 : 0x20)..<0x7F
    if bytes.allSatisfy(plain.contains) { return String(decoding: bytes, as: UTF8.self) }
    var result = "", index = 0
    var previous: Unicode.Scalar?
    while index < bytes.count {
      let first = bytes[index]
      let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
      let end = min(bytes.count, index + length)
      if let part = String(validating: bytes[index..<end], as: UTF8.self),
        let scalar = part.unicodeScalars.first
      {
        result += visible(scalar, after: previous, glyphs: glyphs, spaces: spaces)
        previous = scalar
        index = end
      } else {
        result += "<" + hex(UInt32(first), digits: 2) + ">"
        previous = nil
        index += 1
      }
    }
    return result
  }

  private static func visible(
    _ scalar: Unicode.Scalar, after previous: Unicode.Scalar?, glyphs: GlyphSet, spaces: Bool
  ) -> String {
    let value = scalar.value
    switch value {
    case 0x0A: return glyphs.newline
    case 0x09: return glyphs.tab
    case 0x20: return spaces ? glyphs.space : " "
    case 0..<0x20, 0x7F:
      if glyphs.isASCII { return "<" + hex(value, digits: 2) + ">" }
      return String(Unicode.Scalar(value == 0x7F ? 0x2421 : 0x2400 + value) ?? "?")
    case 0x80...0x9F: return "<" + hex(value, digits: 2) + ">"
    default: break
    }
    if value < 0x7F { return String(scalar) }
    // Within an emoji these only choose its look; everywhere else they hide something.
    if value == 0x200D || value == 0xFE0F || (0x1F3FB...0x1F3FF).contains(value),
      let previous, previous.properties.isEmoji || previous.value == 0xFE0F
    {
      return ""
    }
    if TextWidth.isIgnored(scalar) || TextWidth.isControl(scalar) || isBlank(scalar) {
      return "<U+" + hex(value, digits: 4) + ">"
    }
    return glyphs.isASCII ? "?" : String(scalar)
  }

  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .unassigned, .surrogate, .lineSeparator, .paragraphSeparator: return true
    case .spaceSeparator: return scalar.value != 0x3000
    default: return scalar.value == 0x2800
    }
  }

  private static func hex(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
