/// A text whose parts in double quotes are no syntax: paths may hold any character.
///
/// Quotes may begin and end anywhere, as in a shell; within them a backslash stands before a quote or a
/// backslash that is meant. Outside of them white space is nothing.
struct QuotedText {
  /// A character, and whether it stood in quotes.
  struct Element: Hashable {
    let character: Character
    let isQuoted: Bool

    /// Whether it is this character as syntax.
    func isMark(_ mark: Character) -> Bool { !isQuoted && character == mark }
  }

  /// The characters without the quotes and the backslashes before them.
  let elements: [Element]

  /// `nil` where a quote is not closed.
  init?(_ text: String) {
    var elements: [Element] = []
    var isQuoted = false
    var isEscaped = false
    for character in text {
      if isEscaped {
        if character != "\"", character != "\\" {
          elements.append(Element(character: "\\", isQuoted: true))
        }
        elements.append(Element(character: character, isQuoted: true))
        isEscaped = false
      } else if character == "\"" {
        isQuoted.toggle()
      } else if isQuoted, character == "\\" {
        isEscaped = true
      } else if isQuoted || !character.isWhitespace {
        elements.append(Element(character: character, isQuoted: isQuoted))
      }
    }
    guard !isQuoted else { return nil }
    self.elements = elements
  }

  /// A text as it reads back: in quotes where it holds what is syntax outside of them.
  static func quoted(_ text: String) -> String {
    guard text.contains(where: { $0.isWhitespace || "\"\\,()=".contains($0) }) else { return text }
    let escaped = text.reduce(into: "") { $0 += "\"\\".contains($1) ? "\\\($1)" : String($1) }
    return "\"\(escaped)\""
  }
}

extension Sequence<QuotedText.Element> {
  /// The characters alone.
  var text: String { String(map(\.character)) }
}
