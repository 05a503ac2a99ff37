import Exploration
import Screen

extension ViewState {
  /// Moves the cursor: by tokens and lines in the text, by cells and rows in the heatmap.
  mutating func move(_ action: KeyTable.Action, times: Int, hasCount: Bool, size: Size, glyphs: GlyphSet) {
    let last = run.prompt.tokens.count - 1
    switch view {
    case .text: moveInText(action, times: times, hasCount: hasCount, size: size, glyphs: glyphs, last: last)
    case .heatmap: moveInHeatmap(action, times: times, size: size, last: last)
    case .heads: moveInHeads(action, times: times)
    case .compare: moveInCompare(action, times: times)
    case .timeline: moveInTimeline(action, times: times)
    }
    cursor = min(max(0, cursor), last)
  }

  private mutating func moveInText(
    _ action: KeyTable.Action, times: Int, hasCount: Bool, size: Size, glyphs: GlyphSet, last: Int
  ) {
    switch action {
    case .left: cursor -= times
    case .right: cursor += times
    case .first: cursor = 0
    case .last: cursor = hasCount ? times : last
    default:
      let showsSpaces = !theme.hasColor
      let text = texts.text(run.prompt, glyphs: glyphs, showsSpaces: showsSpaces)
      let lines = texts.rows(
        run.prompt, glyphs: glyphs, showsSpaces: showsSpaces, width: size.width - 4 - 6)
      guard let line = lines.firstIndex(where: { $0.contains(cursor) }) else { return }
      let page = max(1, size.height / 2 - 2)
      let change =
        switch action {
        case .down: times
        case .up: -times
        case .halfPageDown: times * page / 2
        case .halfPageUp: -times * page / 2
        case .pageDown: times * page
        case .pageUp: -times * page
        default: 0
        }
      let target = lines[min(max(0, line + change), lines.count - 1)]
      switch action {
      case .lineStart: cursor = target.lowerBound
      case .lineEnd: cursor = target.upperBound - 1
      default:
        // The token under the same column, as in a text editor.
        let column = text.pieces[lines[line].lowerBound..<cursor].reduce(0) { $0 + $1.width }
        var used = 0
        cursor =
          target.first { position in
            used += text.pieces[position].width
            return used > column
          } ?? target.upperBound - 1
      }
    }
  }

  /// Shows half as many keys in a cell, or twice as many, from one to as many as bring all into sight.
  mutating func zoom(closer: Bool, width: Int) {
    let present = HeatmapColumns(self, width: width).keysPerCell
    let fitting = HeatmapColumns.fitting(run.prompt.tokens.count, width: width)
    let wanted = closer ? max(1, present / 2) : min(fitting, present * 2)
    if wanted == present {
      message = closer ? "a cell is one token already" : "all tokens are in sight already"
    }
    keysPerCell = wanted
  }

  private mutating func moveInHeatmap(
    _ action: KeyTable.Action, times: Int, size: Size, last: Int
  ) {
    let columns = HeatmapColumns(self, width: size.width - 20)
    switch action {
    case .left: cursor -= times * columns.keysPerCell
    case .right: cursor += times * columns.keysPerCell
    case .first, .lineStart: cursor = 0
    case .last, .lineEnd: cursor = last
    default:
      let change =
        switch action {
        case .down: times
        case .up: -times
        case .halfPageDown, .pageDown: times * AttentionRows.windowSize
        default: -times * AttentionRows.windowSize
        }
      let rows = HeatmapRows(self)
      guard let chosen = rows.chosen else { return }
      heatmapRow = min(max(0, chosen + change), rows.entries.count - 1)
    }
  }
}
