/// Text in XML and HTML.
package enum Markup {
  /// The text with everything escaped that could end a text or an attribute, or begin a tag.
  ///
  /// Characters that XML 1.0 does not allow at all become U+FFFD; what should be seen of foreign text goes
  /// through `Sanitizer` first.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      default:
        let isAllowed =
          scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar.value & 0xFFFE != 0xFFFE
        result.unicodeScalars.append(isAllowed ? scalar : "\u{FFFD}")
      }
    }
    return result
  }
}

extension Color {
  /// The colour as CSS and SVG write it, `#rrggbb`.
  package var css: String {
    let (red, green, blue) = components
    return "#"
      + [red, green, blue].map { value in
        let digits = String(value, radix: 16)
        return digits.count < 2 ? "0" + digits : digits
      }.joined()
  }
}
