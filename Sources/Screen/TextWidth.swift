/// How many columns text takes, from tables and not from the locale, so that every machine draws alike.
///
/// The unit is what ncurses can put into one cell: a base scalar and up to four combining marks. Joined emoji
/// and flags are therefore drawn part by part; joiners, variation selectors and skin tones are left out,
/// since terminals disagree about their widths.
package enum TextWidth {
  /// What goes into one cell.
  package struct Glyph: Hashable, Sendable {
    /// A base and its marks.
    package let text: String
    /// 1 or 2.
    package let width: Int
  }

  /// Columns of a whole text: those of its glyphs, which are not made for it.
  package static func of(_ text: String) -> Int {
    if isASCII(text) { return text.utf8.count }
    var columns = 0
    for scalar in text.unicodeScalars where !isIgnored(scalar) {
      if isMark(scalar) {
        if columns == 0 { columns = 1 }
      } else {
        columns += isWide(scalar.value) ? 2 : 1
      }
    }
    return columns
  }

  /// Columns of one scalar: 0 for marks, joiners and format characters, 2 for wide ones, else 1.
  package static func of(_ scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return value == 0xAD ? 0 : 1 }
    if isIgnored(scalar) || isMark(scalar) { return 0 }
    return isWide(value) ? 2 : 1
  }

  /// The text cut into what fits into cells; a mark without a base stands on a space, a control character is
  /// `?`.
  package static func glyphs(of text: String) -> [Glyph] {
    if isASCII(text) {
      return text.unicodeScalars.map { Glyph(text: isControl($0) ? "?" : String($0), width: 1) }
    }
    var result: [Glyph] = []
    var base = String.UnicodeScalarView()
    var width = 0
    func flush() {
      if !base.isEmpty { result.append(Glyph(text: String(base), width: width)) }
      base = String.UnicodeScalarView()
    }
    for scalar in text.unicodeScalars {
      if isIgnored(scalar) { continue }
      if isMark(scalar) {
        if base.isEmpty { base.append(" "); width = 1 }
        if base.count < 5 { base.append(scalar) }
        continue
      }
      flush()
      base.append(isControl(scalar) ? "?" : scalar)
      width = isWide(scalar.value) ? 2 : 1
    }
    flush()
    return result
  }

  /// The longest beginning of the text that takes at most so many columns; `ellipsis` replaces its end where
  /// it was cut.
  package static func clipped(_ text: String, to columns: Int, ellipsis: String = "") -> String {
    if of(text) <= columns { return text }
    let room = columns - of(ellipsis)
    guard room >= 0 else { return "" }
    var used = 0
    var result = ""
    for glyph in glyphs(of: text) {
      if used + glyph.width > room { break }
      used += glyph.width
      result += glyph.text
    }
    return result + ellipsis
  }

  /// The text clipped or filled with spaces to exactly so many columns.
  package static func padded(_ text: String, to columns: Int, right: Bool = false) -> String {
    let cut = clipped(text, to: max(0, columns))
    let fill = String(repeating: " ", count: max(0, columns - of(cut)))
    return right ? fill + cut : cut + fill
  }

  // Nearly all that is drawn: every byte is then one column.
  private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    return value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
  }

  static func isIgnored(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    if value < 0xAD { return false }
    // Hangul fillers and the Mongolian separator are blank but are no format characters.
    if (0xFE00...0xFE0F).contains(value) || (0xE0000...0xE0FFF).contains(value) { return true }
    if (0x1F3FB...0x1F3FF).contains(value) || (0x180B...0x180F).contains(value) { return true }
    if value == 0x115F || value == 0x3164 || value == 0xFFA0 || value == 0x34F { return true }
    return scalar.properties.generalCategory == .format
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x300 { return false }
    // Medial and final Hangul letters join the initial one.
    if (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FF).contains(scalar.value) { return true }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return true
    default: return false
    }
  }

  private static func isWide(_ value: UInt32) -> Bool {
    if value < 0x1100 { return false }
    var low = 0, high = wide.count
    while low < high {
      let middle = (low + high) / 2
      if value > wide[middle].1 { low = middle + 1 } else { high = middle }
    }
    return low < wide.count && value >= wide[low].0
  }

  // East Asian Width W and F of Unicode 15, neighbours joined over unassigned gaps.
  private static let wide: [(UInt32, UInt32)] = [
    (0x1100, 0x115F), (0x231A, 0x231B), (0x2329, 0x232A), (0x23E9, 0x23EC), (0x23F0, 0x23F0),
    (0x23F3, 0x23F3),
    (0x25FD, 0x25FE), (0x2614, 0x2615), (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693),
    (0x26A1, 0x26A1),
    (0x26AA, 0x26AB), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x26CE, 0x26CE), (0x26D4, 0x26D4),
    (0x26EA, 0x26EA),
    (0x26F2, 0x26F3), (0x26F5, 0x26F5), (0x26FA, 0x26FA), (0x26FD, 0x26FD), (0x2705, 0x2705),
    (0x270A, 0x270B),
    (0x2728, 0x2728), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757),
    (0x2795, 0x2797),
    (0x27B0, 0x27B0), (0x27BF, 0x27BF), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55),
    (0x2E80, 0x303E),
    (0x3041, 0x3247), (0x3250, 0x4DBF), (0x4E00, 0xA4CF), (0xA960, 0xA97C), (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFE10, 0xFE19), (0xFE30, 0xFE6B), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x16FE0, 0x18CFF),
    (0x18D00, 0x18D08),
    (0x1AFF0, 0x1B2FB), (0x1F004, 0x1F004), (0x1F0CF, 0x1F0CF), (0x1F18E, 0x1F18E), (0x1F191, 0x1F19A),
    (0x1F200, 0x1F320), (0x1F32D, 0x1F335), (0x1F337, 0x1F37C), (0x1F37E, 0x1F393), (0x1F3A0, 0x1F3CA),
    (0x1F3CF, 0x1F3D3), (0x1F3E0, 0x1F3F0), (0x1F3F4, 0x1F3F4), (0x1F3F8, 0x1F43E), (0x1F440, 0x1F440),
    (0x1F442, 0x1F4FC), (0x1F4FF, 0x1F53D), (0x1F54B, 0x1F54E), (0x1F550, 0x1F567), (0x1F57A, 0x1F57A),
    (0x1F595, 0x1F596), (0x1F5A4, 0x1F5A4), (0x1F5FB, 0x1F64F), (0x1F680, 0x1F6C5), (0x1F6CC, 0x1F6CC),
    (0x1F6D0, 0x1F6D2), (0x1F6D5, 0x1F6DF), (0x1F6EB, 0x1F6EC), (0x1F6F4, 0x1F6FC), (0x1F7E0, 0x1F7F0),
    (0x1F90C, 0x1F93A), (0x1F93C, 0x1F945), (0x1F947, 0x1F9FF), (0x1FA70, 0x1FAFF), (0x20000, 0x3FFFD),
  ]
}
