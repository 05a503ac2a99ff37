import Screen

/// The glossary in lines of a width: a word, and behind it what it means.
struct GlossaryLines {
  private static let gutter = 29

  /// Every line.
  static func all(theme: Theme, width: Int) -> [[Span]] {
    Glossary.entries.flatMap { lines(of: $0, theme: theme, width: width) }
  }

  /// One entry's lines.
  static func lines(of entry: Glossary.Entry, theme: Theme, width: Int) -> [[Span]] {
    let gutter = min(gutter, width / 3)
    return WrappedText.lines(entry.text, width: width - gutter).enumerated().map { index, text in
      let word = index == 0 ? TextWidth.clipped(entry.word, to: gutter - 1) : ""
      return [Span(TextWidth.padded(word, to: gutter), theme[.accent]), Span(text, theme[.text])]
    }
  }

  /// The first line of a word.
  static func first(of word: String, width: Int) -> Int {
    Glossary.entries.prefix { $0.word != word }.reduce(0) {
      $0 + lines(of: $1, theme: .mono, width: width).count
    }
  }
}
