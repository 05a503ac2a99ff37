/// Why results of another program are not taken over: the file and the place in it, what was expected, what
/// was found, and what to do.
package struct ImportError: Error, Hashable, CustomStringConvertible {
  /// The file or folder.
  let file: String
  /// Where in it: a line, a column, a key; empty for all of it.
  let place: String
  let expected: String
  let found: String
  let cure: String

  /// Makes an error of its parts.
  init(_ file: String, _ place: String = "", expected: String, found: String, cure: String) {
    (self.file, self.place, self.expected, self.found, self.cure) = (file, place, expected, found, cure)
  }

  /// The sentence for the user.
  package var description: String {
    "\(file)\(place.isEmpty ? "" : ", \(place)"): expected \(expected), found \(found); \(cure)"
  }

  /// A text as an error quotes it: its beginning, in one line.
  static func quoted(_ text: some StringProtocol) -> String {
    let line = text.prefix(40).map { $0.isNewline ? " " : $0 }
    return "'\(String(line))\(text.count > 40 ? "…" : "")'"
  }
}
