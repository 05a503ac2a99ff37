import Checkpoint
import Exploration

/// The last search, for `n` and `N`.
package struct Search: Sendable {
  /// What was looked for.
  package var typed = ""
  /// Where it is found, remembered from key to key.
  private var matches: SearchMatches?

  /// A search for nothing.
  package init() {}

  /// The places at which it is found in a prompt.
  /// - Throws: `TextPattern.Failure`.
  mutating func matches(in prompt: Prompt) throws -> SearchMatches {
    if let matches, matches.typed == typed, matches.hash == prompt.hash { return matches }
    let found = try SearchMatches(typed, in: prompt)
    matches = found
    return found
  }
}
