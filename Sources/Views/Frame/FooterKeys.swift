import Screen

/// The keys that a hint of the footer names, each at its place, so that a click presses it.
enum FooterKeys {
  /// What a click on them does, with its columns, counted from the hint's first. The word belongs to the last
  /// key, which goes on or up; behind the digits of all views, to the next view.
  static func targets(of keys: String, word: String) -> [(target: Target, columns: Range<Int>)] {
    var targets: [(target: Target, columns: Range<Int>)] = []
    let isRange = key(keys) == nil && keys.dropFirst().dropLast().contains("-")
    for part in parts(of: keys, isRange: isRange) {
      if let key = key(part.text) { targets.append((.key(key), part.start..<part.start + part.text.count)) }
    }
    if let last = targets.last {
      targets.append((isRange ? .nextView : last.target, keys.count..<keys.count + 1 + word.count))
    }
    return targets
  }

  /// `b/B`, `[ ]` and `? Esc` are two keys, `/` and `Space` one; `1-5` are the first and the last of some.
  private static func parts(of keys: String, isRange: Bool) -> [(text: String, start: Int)] {
    guard keys.count > 1 else { return [(keys, 0)] }
    guard key(keys) == nil else { return [(keys, 0)] }
    var parts: [(text: String, start: Int)] = []
    for (index, character) in keys.enumerated() {
      let isBetween = index > 0 && index < keys.count - 1
      if character == " " || (character == "/" && isBetween) || (character == "-" && isRange) {
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
