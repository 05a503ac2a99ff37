/// Finds the line of a key again: the TOML reader tells lines only of what it does not understand.
struct ConfigLines {
  private let places: [(table: String?, key: String, line: Int)]

  /// Reads the beginnings of lines. A line within a text of several lines may look like a key; the first one counts.
  init(_ text: String) {
    var table: String?
    var places: [(String?, String, Int)] = []
    // Swift takes "\r\n" for one character, which is a newline, too.
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let line = line.drop(while: \.isWhitespace)
      if line.first == "[" {
        let name = Self.bare(line.dropFirst().prefix { $0 != "]" })
        places.append((nil, name, index + 1))
        table = name
      } else if let equals = line.firstIndex(of: "="), line.first != "#" {
        let key = Self.bare(line[..<equals])
        // A dotted key names its table itself.
        if table == nil, key.hasPrefix("keys.") {
          places.append(("keys", Self.bare(key.dropFirst("keys.".count)), index + 1))
        }
        places.append((table, key, index + 1))
      }
    }
    self.places = places
  }

  /// The line of a key in a table, from 1; of the file's own keys, if no table is named.
  func line(of key: String, in table: String?) -> Int? {
    places.first { $0.table == table && $0.key == key }?.line
  }

  private static func bare(_ text: Substring) -> String {
    String(text.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" })
  }

  private static func bare(_ text: String) -> String { bare(text[...]) }
}
