import Exploration
import Screen

/// The prompt's tokens as they are written on a screen.
struct TokenText {
  /// A token's visible text, whether a word begins with it, and whether a line ends after it.
  struct Piece {
    let text: String
    let width: Int
    let beginsWord: Bool
    let endsLine: Bool
  }

  let pieces: [Piece]

  /// Writes out every token; controls and escapes are shown, never passed on.
  ///
  /// A character that several tokens share stands at the first of them, `+` at the others; bytes that
  /// never become a character show as `<E9>`.
  init(_ prompt: Prompt, glyphs: GlyphSet, showsSpaces: Bool) {
    var pieces: [Piece] = []
    pieces.reserveCapacity(prompt.tokens.count)
    var position = 0
    while position < prompt.tokens.count {
      let run = Self.characterRun(in: prompt, from: position)
      let bytes = (position..<run).flatMap { prompt.bytes(at: $0) }
      let text =
        bytes.isEmpty ? "<s>" : Sanitizer.visible(bytes: bytes, glyphs: glyphs, spaces: showsSpaces)
      pieces.append(
        Piece(
          text: text, width: TextWidth.of(text), beginsWord: bytes.first == 0x20,
          endsLine: bytes.last == 0x0A))
      for _ in position + 1..<max(run, position + 1) {
        pieces.append(Piece(text: "+", width: 1, beginsWord: false, endsLine: false))
      }
      position = run
    }
    self.pieces = pieces
  }

  /// One past the last token that is needed to complete the character begun in a token.
  private static func characterRun(in prompt: Prompt, from position: Int) -> Int {
    var bytes = Array(prompt.bytes(at: position))
    var end = position + 1
    while let missing = missingBytes(bytes), missing > 0, end < prompt.tokens.count, end - position < 4 {
      let following = prompt.bytes(at: end)
      guard let first = following.first, first & 0xC0 == 0x80 else { return position + 1 }
      bytes += following
      end += 1
    }
    return missingBytes(bytes) == 0 ? end : position + 1
  }

  /// How many bytes the last character lacks; `nil` when the bytes end in no beginning of one.
  private static func missingBytes(_ bytes: [UInt8]) -> Int? {
    guard let lead = bytes.suffix(4).lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return 0 }
    let first = bytes[lead]
    let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    return max(0, length - (bytes.count - lead))
  }

  /// A row of the text: the positions on it.
  typealias Row = Range<Int>

  /// Wraps at the borders of tokens: before a word where the row has one, inside a long word otherwise.
  func rows(width: Int) -> [Row] {
    var rows: [Row] = []
    var start = 0
    var used = 0
    var wordStart = 0
    for (position, piece) in pieces.enumerated() {
      if piece.beginsWord { wordStart = position }
      if used > 0, used + piece.width > width {
        // Rows that would be left half empty are broken inside the word instead.
        let isNear = wordStart > start && position - wordStart < 8
        rows.append(start..<(isNear ? wordStart : position))
        start = isNear ? wordStart : position
        used = pieces[start..<position].reduce(0) { $0 + $1.width }
      }
      used += piece.width
      if piece.endsLine {
        rows.append(start..<position + 1)
        (start, used) = (position + 1, 0)
      }
    }
    if start < pieces.count { rows.append(start..<pieces.count) }
    return rows
  }
}
