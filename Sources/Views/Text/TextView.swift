import Eviction
import Exploration
import Screen

/// View 1: the prompt's tokens, and what two policies keep of them in one layer and head.
struct TextView {
  private let scene: Scene
  private let fates: TokenFates
  private let text: TokenText
  private let usesColor: Bool
  /// Whether a row of marks stands under each line: always where there is no colour.
  private let showsCover: Bool

  init(_ scene: Scene, glyphs: GlyphSet) {
    self.scene = scene
    usesColor = scene.display.theme.hasColor
    showsCover = !usesColor || scene.display.showsCover
    fates = TokenFates(scene)
    text = scene.display.texts.text(scene.run.prompt, glyphs: glyphs, showsSpaces: !usesColor)
  }

  func draw(into frame: inout Frame) {
    var row = frame.content.lowerBound
    for line in RunLines(scene: scene, glyphs: frame.glyphs).header(fates, width: frame.width) {
      frame.line(row, line)
      row += 1
    }
    frame.rule(row)
    row += 1

    let bottom = bottomLines(frame)
    let textEnd = frame.content.upperBound - bottom.count - 1
    drawText(into: &frame, rows: row..<textEnd)
    frame.rule(textEnd)
    for (offset, line) in bottom.enumerated() {
      let row = textEnd + 1 + offset
      frame.line(row, line.spans)
      if let policy = line.policy { frame.mark(.policy(policy), row: row, from: 0, width: frame.width) }
    }
  }

  /// What stands under the text: all of it in a tall window, the least of it in the smallest.
  private func bottomLines(_ frame: Frame) -> [AnswerLines.Line] {
    let height = frame.content.count
    let inspector = TokenInspector(scene, glyphs: frame.glyphs, text: text).lines(
      width: frame.width, isLong: height >= 26
    ).map {
      AnswerLines.Line(spans: $0, policy: nil)
    }
    let answers = AnswerLines(scene, glyphs: frame.glyphs)
    var lines: [AnswerLines.Line]
    switch height {
    case 26...: lines = inspector + answers.all(width: frame.width)
    case 18...: lines = inspector + answers.short(width: frame.width)
    case 15...: lines = inspector.prefix(1) + answers.short(width: frame.width)
    default: lines = inspector.prefix(1) + answers.active(width: frame.width)
    }
    lines.append(AnswerLines.Line(spans: legend(frame), policy: nil))
    if height >= 26, scene.display.showsNotes {
      let note = Line.note(notes, style: frame.theme[.note], width: frame.width)
      lines.append(AnswerLines.Line(spans: note, policy: nil))
    }
    return lines
  }

  /// The tokens, scrolled so that the cursor is in sight.
  private func drawText(into frame: inout Frame, rows area: Range<Int>) {
    // Room for the last position, and the rule behind it.
    let digits = max(4, String(scene.run.prompt.tokens.count - 1).count)
    let gutter = digits + 2
    let lines = scene.display.texts.rows(
      scene.run.prompt, glyphs: frame.glyphs, showsSpaces: !usesColor, width: frame.width - gutter)
    let height = showsCover ? 2 : 1
    let visible = max(1, area.count / height)
    let cursorLine = lines.firstIndex { $0.contains(scene.cursor.position) } ?? 0
    let top = max(0, min(cursorLine - visible / 2, lines.count - visible))
    for (offset, line) in lines.dropFirst(top).prefix(visible).enumerated() {
      let row = area.lowerBound + offset * height
      let label = TextWidth.padded(String(line.lowerBound), to: digits, right: true)
      frame.grid.put(
        [Span(label + frame.glyphs.vertical, frame.theme[.dim])], row: row, column: frame.left)
      var column = frame.left + gutter
      for position in line {
        let piece = text.pieces[position]
        let fate = fates.fates[position]
        var style = usesColor || fate == .undecided ? frame.theme[fate.role] : frame.theme[.text]
        if scene.cursor.selectionStart != nil, scene.cursor.selection.contains(position) {
          style = style.with(frame.theme[.found])
        }
        if position == scene.cursor.position {
          style = style.with(frame.theme[.cursor])
          frame.focus(row, from: column - frame.left)
        }
        if showsCover, row + 1 < area.upperBound {
          let cover = String(
            repeating: fate.glyph(frame.glyphs), count: max(1, piece.width - (piece.endsLine ? 1 : 0)))
          frame.grid.put(
            cover, row: row + 1, column: column, style: usesColor ? frame.theme[fate.role] : .plain,
            limit: frame.right)
        }
        let next = frame.grid.put(piece.text, row: row, column: column, style: style, limit: frame.right)
        for marked in row..<row + height {
          frame.mark(.token(position), row: marked, columns: column..<max(column, next))
        }
        column = next
      }
    }
  }

  private func legend(_ frame: Frame) -> [Span] {
    if case .lookahead = scene.shownStep {
      return legend([(.both, "in the cheap cache"), (.neither, "left out")], gap: 3, frame)
    }
    guard let pinned = scene.setup.pinnedTitle else {
      return legend([(.both, "kept"), (.neither, "evicted"), (.protected, "always kept")], gap: 3, frame)
    }
    let active = scene.setup.policyTitle
    let wordings: [(gap: Int, entries: [(TokenFate, String)])] = [
      (
        3,
        [
          (.both, "kept by both"), (.active, "\(active) only"), (.pinned, "\(pinned) only"),
          (.neither, "evicted by both"), (.protected, "always kept"),
        ]
      ),
      (
        2,
        [
          (.both, "both"), (.active, "\(active) only"), (.pinned, "\(pinned) only"), (.neither, "neither"),
          (.protected, "always"),
        ]
      ),
      (
        1,
        [(.both, "both"), (.active, active), (.pinned, pinned), (.neither, "none"), (.protected, "always")]
      ),
    ]
    return Line.first(of: wordings.map { legend($0.entries, gap: $0.gap, frame) }, width: frame.width)
  }

  private func legend(_ named: [(TokenFate, String)], gap: Int, _ frame: Frame) -> [Span] {
    let isUseless = fates.count(.useless) > 0
    let entries = named + (isUseless ? [(.useless, gap < 2 ? "unseen" : "kept out of the window")] : [])
    var spans = gap < 2 ? [] : [Span("legend  ", frame.theme[.dim])]
    for (offset, (fate, words)) in entries.enumerated() {
      if offset > 0 { spans.append(Span(String(repeating: " ", count: gap))) }
      let glyph = fate.glyph(frame.glyphs)
      spans.append(usesColor ? Span(gap < 2 ? glyph : " \(glyph) ", frame.theme[fate.role]) : Span(glyph))
      spans.append(Span(" \(words)"))
    }
    return spans
  }

  /// What one sees, in a longer and a shorter sentence.
  private var notes: [String] {
    switch scene.shownStep {
    case .prefill:
      [
        "The whole prompt is in the cache: nothing is evicted yet. Press \(scene.display.keys.shown(.stepForward)) to step on, \(scene.display.keys.shown(.phaseForward)) for the next phase.",
        "Nothing is evicted yet. Press \(scene.display.keys.shown(.stepForward)) to step on, \(scene.display.keys.shown(.phaseForward)) for the next phase.",
      ]
    case .lookahead:
      [
        "LAQ decodes cheap pseudo tokens on this small cache; only their queries are kept, to choose by them.",
        "LAQ decodes pseudo tokens on this small cache and keeps their queries.",
      ]
    case .evict, .question, .decode:
      [
        "Each \(usesColor ? "colour" : "mark") is one token's fate in this layer and head. "
          + "\(scene.display.keys.shown(.pin)) pins a policy to compare, \(scene.display.keys.shown(.policyNext)) goes to the next.",
        "\(usesColor ? "Colours" : "Marks") are token fates in this layer and head; \(scene.display.keys.shown(.policyNext)): next policy.",
      ]
    }
  }
}
