/// What the words on the screens mean. One table for the help (`?`, then Tab), for the line above the keys
/// about the thing under the cursor, for the manual and for the README.
package enum Glossary {
  /// A word with what it means.
  package struct Entry: Sendable {
    /// The word as it stands on screens.
    package let word: String
    /// Other forms of it, and words that stand only beside it.
    package let also: [String]
    /// What it means, in a sentence or two.
    package let text: String

    init(_ word: String, _ also: [String] = [], _ text: String) {
      (self.word, self.also, self.text) = (word, also, text)
    }
  }

  /// All of it, by what is looked at: the text, the rule of eviction, measures, heatmap, steps, causes, the
  /// program.
  package static let entries = text + eviction + measures + rows + steps + screens

  /// The entry of a word as it is written.
  static func entry(_ word: String) -> Entry? { entries.first { $0.word == word } }

  /// The table as the README shows it.
  package static var markdown: String {
    "| word | meaning |\n| --- | --- |\n"
      + entries.map { "| \($0.word) | \($0.text.replacing("|", with: "\\|")) |\n" }.joined()
  }
}
