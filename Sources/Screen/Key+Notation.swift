// The text form of keys, as in vi: `2]]{+e<Esc><C-d><Down>`; `<lt>` is `<` itself.
extension Key: CustomStringConvertible {
  /// Reads a row of keys. A `<` that does not begin a `<Name>` is that character; a newline is Enter.
  package static func parse(_ text: String) throws(KeyNotationError) -> [Key] {
    var keys: [Key] = []
    var rest = Substring(text)
    while let first = rest.popFirst() {
      if first == "<", let head = rest.first, head.isLetter, let end = rest.firstIndex(of: ">"),
        rest[..<end].allSatisfy({
          $0.isLetter || $0.isNumber || "-,:".contains($0) || $0 == rest[rest.index(before: end)]
        })
      {
        let name = String(rest[..<end])
        guard let key = named(name) else { throw KeyNotationError(name: name) }
        keys.append(key)
        rest = rest[rest.index(after: end)...]
      } else if first.isNewline {
        keys.append(.enter)
      } else if first == "\t" {
        keys.append(.tab)
      } else {
        keys.append(.character(first))
      }
    }
    return keys
  }

  /// The notation of a row of keys; `parse` reads it back.
  package static func notation(_ keys: [Key]) -> String { keys.map(\.description).joined() }

  /// This key in the same notation.
  package var description: String {
    switch self {
    case .character("<"): return "<lt>"
    case .character(" "): return "<Space>"
    case .character(let character): return String(character)
    case .control(let character): return "<C-\(character)>"
    case .function(let number): return "<F\(number)>"
    case .mouse(let row, let column, let kind): return "<\(kind.rawValue):\(row),\(column)>"
    default: return "<" + (Key.names.first { $0.key == self }?.name ?? "?") + ">"
    }
  }

  private static func named(_ name: String) -> Key? {
    let small = name.lowercased()
    if let found = names.first(where: { $0.name.lowercased() == small }) { return found.key }
    if small.hasPrefix("c-"), small.count == 3, let last = small.last { return .control(last) }
    if small.hasPrefix("f"), let number = Int(small.dropFirst()), (1...63).contains(number) {
      return .function(number)
    }
    let parts = name.split(separator: ":")
    guard parts.count == 2,
      let kind = Mouse.allCases.first(where: { $0.rawValue.lowercased() == parts[0].lowercased() })
    else { return nil }
    let numbers = parts[1].split(separator: ",").compactMap { Int($0) }
    guard numbers.count == 2 else { return nil }
    return .mouse(row: numbers[0], column: numbers[1], kind: kind)
  }

  // The first name of a key is the one that is printed.
  private static let names: [(name: String, key: Key)] = [
    ("Enter", .enter), ("CR", .enter), ("Esc", .escape), ("Tab", .tab), ("S-Tab", .backTab),
    ("BackTab", .backTab),
    ("BS", .backspace), ("Backspace", .backspace), ("Del", .delete), ("Ins", .insert), ("Up", .up),
    ("Down", .down),
    ("Left", .left), ("Right", .right), ("Home", .home), ("End", .end), ("PageUp", .pageUp),
    ("PgUp", .pageUp),
    ("PageDown", .pageDown), ("PgDn", .pageDown), ("Space", .character(" ")), ("lt", .character("<")),
    ("gt", .character(">")),
  ]
}
