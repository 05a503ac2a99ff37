import Eviction
import Exploration
import Screen

/// View 1: the prompt's tokens, and what two policies keep of them in one layer and head.
struct TextView {
  private let state: ViewState
  private let fates: TokenFates
  private let text: TokenText
  private let usesColor: Bool

  init(_ state: ViewState, glyphs: GlyphSet) {
    self.state = state
    usesColor = state.theme.hasColor
    fates = TokenFates(state)
    text = TokenText(state.story.prompt, glyphs: glyphs, showsSpaces: !state.theme.hasColor)
  }

  func draw(into frame: inout Frame) {
    var row = frame.content.lowerBound
    for line in StoryLines(state, glyphs: frame.glyphs).header(fates) {
      frame.line(row, line)
      row += 1
    }
    frame.rule(row)
    row += 1

    let isTall = frame.content.count >= 26
    let bottom = bottomLines(frame, isTall: isTall)
    let textEnd = frame.content.upperBound - bottom.count - 1
    drawText(into: &frame, rows: row..<textEnd)
    frame.rule(textEnd)
    for (offset, line) in bottom.enumerated() { frame.line(textEnd + 1 + offset, line) }
  }

  private func bottomLines(_ frame: Frame, isTall: Bool) -> [[Span]] {
    let inspector = TokenInspector(state, glyphs: frame.glyphs, text: text)
    let answers = AnswerLines(state, glyphs: frame.glyphs)
    var lines = inspector.lines(detailed: isTall)
    lines += isTall ? answers.all(width: frame.width) : answers.short(width: frame.width)
    lines.append(legend(frame))
    if isTall, state.showsNotes { lines.append([Span(note, frame.theme[.note])]) }
    return lines
  }

  /// The tokens, scrolled so that the cursor is in sight.
  private func drawText(into frame: inout Frame, rows area: Range<Int>) {
    let gutter = 6
    let lines = text.rows(width: frame.width - gutter)
    let height = usesColor ? 1 : 2
    let visible = max(1, area.count / height)
    let cursorLine = lines.firstIndex { $0.contains(state.cursor) } ?? 0
    let top = max(0, min(cursorLine - visible / 2, lines.count - visible))
    for (offset, line) in lines.dropFirst(top).prefix(visible).enumerated() {
      let row = area.lowerBound + offset * height
      let label = TextWidth.padded(String(line.lowerBound), to: 4, right: true)
      frame.grid.put(
        [Span(label + frame.glyphs.vertical, frame.theme[.dim])], row: row, column: frame.left)
      var column = frame.left + gutter
      for position in line {
        let piece = text.pieces[position]
        let fate = fates.fates[position]
        var style = usesColor || fate == .undecided ? frame.theme[fate.role] : frame.theme[.text]
        if position == state.cursor { style = style.with(frame.theme[.cursor]) }
        if !usesColor, row + 1 < area.upperBound {
          let cover = String(repeating: fate.glyph(frame.glyphs), count: max(1, piece.width - (piece.endsLine ? 1 : 0)))
          frame.grid.put(cover, row: row + 1, column: column, limit: frame.right)
        }
        column = frame.grid.put(piece.text, row: row, column: column, style: style, limit: frame.right)
      }
    }
  }

  private func legend(_ frame: Frame) -> [Span] {
    var spans = [Span("legend  ", frame.theme[.dim])]
    func entry(_ fate: TokenFate, _ words: String) {
      spans.append(
        usesColor
          ? Span(" \(fate.glyph(frame.glyphs)) ", frame.theme[fate.role])
          : Span(fate.glyph(frame.glyphs)))
      spans.append(Span(" \(words)   "))
    }
    if let pinned = state.pinnedTitle {
      entry(.both, "kept by both")
      entry(.active, "\(state.policyTitle) only")
      entry(.pinned, "\(pinned) only")
      entry(.neither, "evicted by both")
    } else {
      entry(.both, "kept")
      entry(.neither, "evicted")
    }
    entry(.protected, "always kept")
    return spans
  }

  private var note: String {
    switch state.shownStep {
    case .prefill:
      "The whole prompt is in the cache: nothing is evicted yet. Press . to step on, > for the next phase."
    case .lookahead:
      "LAQ decodes cheap pseudo tokens on this small cache; only their queries are kept, to choose by them."
    case .evict, .decode:
      "Each colour is one token's fate in this layer and head. x pins a policy to compare, p goes to the next."
    }
  }
}
