import Screen

/// A line of text that is being edited, as in a shell: what stands before the cursor, and what stands behind
/// it.
///
/// Characters are what a person sees as one: a letter with its accents, a joined emoji. Accents that are
/// typed after a letter join it.
package struct TextLine: Sendable, Hashable {
  /// What stands before the cursor.
  package private(set) var before: String
  /// What stands behind it.
  package private(set) var after: String

  /// A line with the cursor behind its text.
  package init(_ text: String = "") { (before, after) = (text, "") }

  /// All of it.
  package var text: String { before + after }
  /// Whether there is none.
  package var isEmpty: Bool { before.isEmpty && after.isEmpty }

  /// Puts a text in the place of what stands before the cursor.
  mutating func replaceBefore(by text: String) { before = text }

  /// Puts a text in at the cursor.
  mutating func insert(_ text: String) { before += text }

  /// Takes a key that edits: characters, the moving keys, and those of emacs that shells have.
  /// - Returns: whether it is one.
  mutating func edit(_ key: Key) -> Bool {
    switch key {
    case .character(let character): before.append(character)
    case .backspace, .control("h"): _ = before.popLast()
    case .delete, .control("d"): if !after.isEmpty { after.removeFirst() }
    case .left, .control("b"): if let last = before.popLast() { after = String(last) + after }
    case .right, .control("f"): if !after.isEmpty { before.append(after.removeFirst()) }
    case .home, .control("a"): (before, after) = ("", text)
    case .end, .control("e"): (before, after) = (text, "")
    case .control("u"): before = ""
    case .control("k"): after = ""
    case .control("w"): before = Self.withoutLastWord(before)
    default: return false
    }
    return true
  }

  private static func withoutLastWord(_ text: String) -> String {
    guard let end = text.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    guard let gap = text[..<end].lastIndex(where: \.isWhitespace) else { return "" }
    return String(text[...gap])
  }
}
