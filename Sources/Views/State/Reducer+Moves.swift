import Exploration
import Screen

extension ViewState {
  /// Moves the cursor: by tokens and lines in the text, by cells and rows in the heatmap.
  mutating func move(_ action: KeyTable.Action, times: Int, hasCount: Bool, size: Size, glyphs: GlyphSet) {
    let last = run.prompt.tokens.count - 1
    switch display.view {
    case .text: moveInText(action, times: times, hasCount: hasCount, size: size, glyphs: glyphs, last: last)
    case .heatmap: moveInHeatmap(action, times: times, size: size, last: last)
    case .heads: moveInHeads(action, times: times)
    case .compare: moveInCompare(action, times: times)
    case .timeline: moveInTimeline(action, times: times)
    case .lookahead: moveInLookahead(action, times: times)
    }
    cursor.position = min(max(0, cursor.position), last)
  }

  private mutating func moveInText(
    _ action: KeyTable.Action, times: Int, hasCount: Bool, size: Size, glyphs: GlyphSet, last: Int
  ) {
    switch action {
    case .left: cursor.position -= times
    case .right: cursor.position += times
    case .first: cursor.position = 0
    case .last: cursor.position = hasCount ? times : last
    default:
      let showsSpaces = !display.theme.hasColor
      let text = display.texts.text(run.prompt, glyphs: glyphs, showsSpaces: showsSpaces)
      let lines = display.texts.rows(
        run.prompt, glyphs: glyphs, showsSpaces: showsSpaces, width: size.width - 4 - 6)
      guard let line = lines.firstIndex(where: { $0.contains(cursor.position) }) else { return }
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
      case .lineStart: cursor.position = target.lowerBound
      case .lineEnd: cursor.position = target.upperBound - 1
      default:
        // The token under the same column, as in a text editor.
        let column = text.pieces[lines[line].lowerBound..<cursor.position].reduce(0) { $0 + $1.width }
        var used = 0
        cursor.position =
          target.first { position in
            used += text.pieces[position].width
            return used > column
          } ?? target.upperBound - 1
      }
    }
  }

  /// Shows half as many keys in a cell, or twice as many, from one with its word over it to as many as bring all
  /// into sight.
  /// - Parameter width: columns inside the box.
  mutating func zoom(closer: Bool, width: Int) {
    let width = width - HeatmapGutter(width).width
    let hasWords = display.heatmap.showsWords
    display.heatmap.showsWords = false
    let present = HeatmapColumns(scene, width: width).keysPerCell
    let fitting = HeatmapColumns.fitting(run.prompt.tokens.count, width: width)
    let wanted = closer ? max(1, present / 2) : min(fitting, present * 2)
    // The closest cells are as wide as words.
    if present == 1, closer || hasWords {
      display.heatmap.showsWords = closer
      if closer, hasWords { message = "a cell is one token already" }
      display.heatmap.keysPerCell = 1
      return
    }
    if wanted == present { message = "all tokens are in sight already" }
    display.heatmap.keysPerCell = wanted
  }

  /// Holds the chosen row, that others are compared with it, or lets it go again.
  mutating func holdRow() {
    let rows = HeatmapRows(scene)
    guard let chosen = rows.chosen else {
      message = "there are no rows yet"
      return
    }
    let entry = rows.entries[chosen]
    cursor.heldRow =
      rows.held == nil ? Cursor.HeldRow(section: entry.section, index: entry.index) : nil
    let key = display.keys.shown(.compareRows)
    message =
      rows.held == nil
      ? "\(rows.entries[chosen].label) is held: go to another row, and they are compared; \(key) lets it go"
      : "no row is held any more"
  }

  /// Rows of the heatmap that a page goes on.
  private static let heatmapPage = 8

  private mutating func moveInHeatmap(
    _ action: KeyTable.Action, times: Int, size: Size, last: Int
  ) {
    let columns = HeatmapColumns(scene, width: size.width - 4 - HeatmapGutter(size.width - 4).width)
    switch action {
    case .left: cursor.position -= times * columns.keysPerCell
    case .right: cursor.position += times * columns.keysPerCell
    case .first, .lineStart: cursor.position = 0
    case .last, .lineEnd: cursor.position = last
    default:
      let change =
        switch action {
        case .down: times
        case .up: -times
        case .halfPageDown, .pageDown: times * Self.heatmapPage
        default: -times * Self.heatmapPage
        }
      let rows = HeatmapRows(scene)
      guard let chosen = rows.chosen else { return }
      cursor.heatmapRow = min(max(0, chosen + change), rows.entries.count - 1)
    }
  }
}
