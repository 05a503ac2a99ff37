/// Whether a terminal shows text on a light or on a dark background.
package enum Background: Sendable, Hashable {
  case dark, light

  /// The background of that colour: light where black is read better on it than white.
  package init(_ color: Color) {
    self = color.contrast(with: .palette(16)) > color.contrast(with: .palette(231)) ? .light : .dark
  }

  /// What a terminal answers to the question for its background's colour (OSC 11), as in
  /// `11;rgb:ffff/ffff/dddd`.
  ///
  /// The answer is data from outside: of anything but a colour comes nothing.
  /// - Parameter reply: what stands between the sequence's beginning and its end.
  package init?(oscReply reply: some StringProtocol) {
    guard reply.hasPrefix("11;") else { return nil }
    let value = reply.dropFirst(3)
    let parts: [Substring]
    if let colon = value.firstIndex(of: ":"), ["rgb", "rgba"].contains(value[..<colon]) {
      parts = value[value.index(after: colon)...].split(separator: "/", omittingEmptySubsequences: false).map
      { Substring($0) }
    } else if value.hasPrefix("#"), value.utf8.count % 3 == 1, value.utf8.allSatisfy({ $0 < 0x80 }) {
      let digits = Array(value.dropFirst())
      let each = digits.count / 3
      parts = each == 0 ? [] : (0..<3).map { Substring(String(digits[$0 * each..<($0 + 1) * each])) }
    } else {
      return nil
    }
    let amounts = parts.compactMap(Self.amount)
    guard amounts.count == parts.count, (3...4).contains(parts.count) else { return nil }
    self.init(.rgb(amounts[0], amounts[1], amounts[2]))
  }

  /// What some terminals tell programs in `COLORFGBG`, as in `15;0` or `0;default;15`: the last number is the
  /// background's.
  package init?(colorFGBG value: String) {
    guard let last = value.split(separator: ";", omittingEmptySubsequences: false).last,
      let index = Int(last),
      (0...15).contains(index)
    else { return nil }
    self = index < 7 || index == 8 ? .dark : .light
  }

  /// One to four hexadecimal digits as a share of 255.
  private static func amount(_ digits: Substring) -> UInt8? {
    guard (1...4).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }),
      let value = Int(digits, radix: 16)
    else { return nil }
    let largest = (1 << (4 * digits.utf8.count)) - 1
    return UInt8(value * 255 / largest)
  }
}
