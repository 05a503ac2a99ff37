import Checkpoint

/// What a person looks for in a text.
enum SearchPattern {
  /// A text, byte by byte.
  case text([UInt8])
  /// A token's id, typed as `#41`.
  case id(Int)
  /// A regular expression, typed between slashes; the last one may be left out.
  case expression(TextPattern)

  /// Reads what was typed behind `/`.
  /// - Throws: `TextPattern.Failure`.
  init(_ typed: String) throws {
    if typed.hasPrefix("#"), let id = Int(typed.dropFirst()) {
      self = .id(id)
    } else if typed.hasPrefix("/"), typed.count > 1 {
      let expression = typed.dropFirst()
      self = .expression(try TextPattern(String(expression.last == "/" ? expression.dropLast() : expression)))
    } else {
      self = .text(Array(typed.utf8))
    }
  }
}
