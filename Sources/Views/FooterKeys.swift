import Screen

/// The keys that a hint of the footer names, each at its place, so that a click presses it.
enum FooterKeys {
  /// The keys with their columns, counted from the hint's first. The word belongs to the last key, which goes on or up.
  static func targets(of keys: String, word: String) -> [(key: Key, columns: Range<Int>)] {
    var targets: [(key: Key, columns: Range<Int>)] = []
    for part in parts(of: keys) {
      if let key = key(part.text) { targets.append((key, part.start..<part.start + part.text.count)) }
    }
    if let last = targets.last { targets.append((last.key, keys.count..<keys.count + 1 + word.count)) }
    return targets
  }

  /// `b/B`, `[ ]` and `? Esc` are two keys, `/` and `Space` one. The digits of `1-5` have names of their own in the title.
  private static func parts(of keys: String) -> [(text: String, start: Int)] {
    guard keys.count > 1, !keys.contains("1-") else { return keys.count == 1 ? [(keys, 0)] : [] }
    var parts: [(text: String, start: Int)] = []
    for (index, character) in keys.enumerated() {
      let isBetween = index > 0 && index < keys.count - 1
      if character == " " || (character == "/" && isBetween) {
        parts.append(("", index + 1))
      } else {
        if parts.isEmpty { parts.append(("", 0)) }
        parts[parts.count - 1].text.append(character)
      }
    }
    return parts
  }

  private static func key(_ text: String) -> Key? {
    (try? Key.parse(text.count == 1 ? text : "<\(text)>")).flatMap { $0.count == 1 ? $0[0] : nil }
  }
}
