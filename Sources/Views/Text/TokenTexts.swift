import Exploration
import Screen
import Synchronization

/// Remembers how a prompt is written and wrapped: of thousands of tokens, that takes longer than a frame.
///
/// The same questions have the same answers whether they are remembered or not, so drawing stays a pure
/// function.
final class TokenTexts: Sendable {
  private struct Key: Hashable {
    let hash: String
    let isASCII: Bool
    let showsSpaces: Bool
  }

  private struct Memory {
    var texts: [Key: TokenText] = [:]
    var rows: [Key: (width: Int, rows: [TokenText.Row])] = [:]
  }

  private let memory = Mutex(Memory())

  /// The tokens as they are written.
  func text(_ prompt: Prompt, glyphs: GlyphSet, showsSpaces: Bool) -> TokenText {
    let key = Key(hash: prompt.hash, isASCII: glyphs.isASCII, showsSpaces: showsSpaces)
    return memory.withLock { memory in
      if let known = memory.texts[key] { return known }
      let made = TokenText(prompt, glyphs: glyphs, showsSpaces: showsSpaces)
      memory.texts[key] = made
      return made
    }
  }

  /// The rows that the tokens fill at a width.
  func rows(_ prompt: Prompt, glyphs: GlyphSet, showsSpaces: Bool, width: Int) -> [TokenText.Row] {
    let text = text(prompt, glyphs: glyphs, showsSpaces: showsSpaces)
    let key = Key(hash: prompt.hash, isASCII: glyphs.isASCII, showsSpaces: showsSpaces)
    return memory.withLock { memory in
      if let known = memory.rows[key], known.width == width { return known.rows }
      let made = text.rows(width: width)
      memory.rows[key] = (width, made)
      return made
    }
  }
}
