import Screen
import Views

/// The means of an evaluation: heatmaps beside each other, or one table of policies and groups.
struct ResultsCells {
  private let state: ResultsState
  private let glyphs: GlyphSet
  private let width: Int
  private let rows: Range<Int>
  private var table: ResultsTable { state.table }
  private var theme: Theme { state.theme }
  private let left = 2

  init(_ state: ResultsState, glyphs: GlyphSet, width: Int, rows: Range<Int>) {
    (self.state, self.glyphs, self.width, self.rows) = (state, glyphs, width, rows)
  }

  func draw(into grid: inout Grid) {
    grid.put(heading, row: rows.lowerBound, column: left, limit: left + width)
    grid.put(chosen, row: rows.upperBound - 1, column: left, limit: left + width)
    let area = rows.lowerBound + 2..<rows.upperBound - 2
    // Names of policies are long: they have half of the line where they need it.
    let labels = min(max(24, width / 2), table.rowTitles.map { TextWidth.of($0) }.max() ?? 0) + 2
    let longest = table.columnTitles.map { TextWidth.of($0) }.max() ?? 0
    let cell =
      table.isHeatmap
      ? max(4, longest + 1)
      : max(5, min(longest + 2, max(7, (width - labels) / max(1, table.columnTitles.count))))
    let heads = table.columnTitles.map {
      WrappedText.lines(Sanitizer.visible($0, glyphs: glyphs, spaces: false), width: cell - 1)
    }
    let headRows = min(3, heads.map(\.count).max() ?? 1)
    let titles = table.pageTitles.map { TextWidth.of($0) }.max() ?? 0
    let panel = Rect(
      column: left, row: area.lowerBound,
      width: min(width, max(titles + 2, labels + cell * table.columnTitles.count)),
      height: min(area.count, table.rowTitles.count + 1 + headRows))
    let across = table.isHeatmap ? max(1, (width + 3) / (panel.width + 3)) : 1
    let down = table.isHeatmap ? max(1, (area.count + 1) / (panel.height + 1)) : 1
    let shown = across * down
    let first = state.place.page / shown * shown
    for (offset, page) in table.pageTitles.indices.dropFirst(first).prefix(shown).enumerated() {
      draw(
        page: page, labels: labels, cell: cell, heads: heads, headRows: headRows,
        at: Rect(
          column: panel.column + offset % across * (panel.width + 3),
          row: panel.row + offset / across * (panel.height + 1),
          width: panel.width, height: panel.height), into: &grid)
    }
  }

  private var heading: [Span] {
    var line = Line()
    line.add(Span("score: ", theme[.dim]), Span(state.score, theme[.accent]))
    line.add(Span("   in per cent", theme[.dim]), rank: 3)
    let words =
      table.isHeatmap
      ? "   tokens across, depth of the needle downwards" : "   policies at a budget, groups of prompts"
    line.add(Span(words, theme[.dim]), rank: 2)
    line.add(Span("   \(state.place.page + 1) of \(table.pageTitles.count)", theme[.dim]), rank: 1)
    return line.fitting(width)
  }

  private var chosen: [Span] {
    let place = state.place
    var line = Line()
    if let series = table.series(at: place) { line.add(Span(ResultsTable.title(series), theme[.accent])) }
    let at =
      table.isHeatmap
      ? "   \(table.columnTitles[place.column]) tokens, depth \(table.rowTitles[place.row])"
      : "   \(table.columnTitles[place.column])"
    line.add(Span(Sanitizer.visible(at, glyphs: glyphs, spaces: false), theme[.text]), rank: 2)
    if let choice = table.choice(at: place), !choice.isEmpty {
      let words = "   kept \(choice.kept), window \(choice.window(beside: nil)), by score \(choice.chosen)"
      let visible = Sanitizer.visible(words, glyphs: glyphs, spaces: false)
      line.add(Span(visible, theme[.dim]), rank: 1)
    }
    if let mean = table.mean(at: place, score: state.score) {
      line.add(
        Span("   \(decimal(mean.value, 3))", theme[.text]), Span(" of \(mean.count) prompts", theme[.dim]),
        rank: 1)
    } else {
      let reason = table.unavailable(at: place) ?? "nothing yet"
      line.add(Span("   " + Sanitizer.visible(reason, glyphs: glyphs, spaces: false), theme[.note]), rank: 1)
    }
    return line.fitting(width)
  }

  /// One page: its name, the heads of its columns, its rows; what does not fit is scrolled to the chosen
  /// cell.
  private func draw(
    page: Int, labels: Int, cell: Int, heads: [[String]], headRows: Int, at rect: Rect, into grid: inout Grid
  ) {
    let isChosen = page == state.place.page
    let end = rect.column + rect.width
    let columns = window(
      state.place.column, count: table.columnTitles.count, room: (rect.width - labels) / cell)
    let visible = window(state.place.row, count: table.rowTitles.count, room: rect.height - 1 - headRows)
    var title = Line()
    title.add(Span(isChosen ? glyphs.marker + " " : "  ", theme[.accent]))
    let name = TextWidth.clipped(table.pageTitles[page], to: rect.width - 2, ellipsis: glyphs.ellipsis)
    title.add(Span(name, theme[isChosen ? .accent : .text]))
    // What is scrolled out of sight is said.
    for (name, range, count) in [
      ("columns", columns, table.columnTitles.count), ("rows", visible, table.rowTitles.count),
    ]
    where range.count < count {
      let words = "   \(name) \(range.lowerBound + 1)\(glyphs.dash)\(range.upperBound) of \(grouped(count))"
      title.add(Span(words, theme[.warning]), rank: 1)
    }
    grid.put(title.fitting(rect.width), row: rect.row, column: rect.column, limit: end)
    for (offset, column) in columns.enumerated() {
      let isHere = isChosen && column == state.place.column
      var lines = heads[column]
      // Of a longer one the last line says that it goes on.
      if lines.count > headRows {
        lines = Array(lines.prefix(headRows))
        let last = lines[headRows - 1] + " " + heads[column][headRows]
        lines[headRows - 1] = TextWidth.clipped(last, to: cell - 1, ellipsis: glyphs.ellipsis)
      }
      for (line, title) in zip(headRows - lines.count..<headRows, lines) {
        grid.put(
          [Span(title, theme[isHere ? .accent : .dim])], row: rect.row + 1 + line,
          endingAt: min(end, rect.column + labels + (offset + 1) * cell - 1),
          from: rect.column + labels + offset * cell)
      }
    }
    for (offset, row) in visible.enumerated() {
      let line = rect.row + 1 + headRows + offset
      let title = TextWidth.clipped(table.rowTitles[row], to: labels - 2, ellipsis: glyphs.ellipsis)
      let isHere = isChosen && row == state.place.row
      grid.put(
        [
          Span(
            TextWidth.padded(title, to: labels - 2, right: table.isHeatmap), theme[isHere ? .accent : .dim])
        ], row: line,
        column: rect.column, limit: end)
      for (place, column) in columns.enumerated() {
        if isHere, column == state.place.column {
          grid.caret = Place(row: line, column: rect.column + labels + place * cell)
        }
        grid.put(
          [self.cell(ResultsTable.Place(page: page, row: row, column: column), width: cell)], row: line,
          column: rect.column + labels + place * cell, limit: end)
      }
    }
  }

  private func cell(_ place: ResultsTable.Place, width: Int) -> Span {
    let mean = table.mean(at: place, score: state.score)
    let isChosen = place == state.place
    let number = mean.map { ResultsState.text($0.value) } ?? glyphs.dash
    // The chosen cell differs without colour, too; where its number is wide, it takes the gap behind it.
    if isChosen, !theme.hasColor {
      let marked = glyphs.marker + number
      let end = TextWidth.of(marked) < width ? width - 1 : width
      let text = TextWidth.padded(marked, to: end, right: true)
      return Span(TextWidth.padded(text, to: width), theme[.cursor])
    }
    let text = TextWidth.padded(number, to: width - 1, right: true)
    guard let mean, theme.hasColor else {
      return Span(text + " ", isChosen ? theme[.cursor] : mean == nil ? theme[.dim] : .plain)
    }
    return Span(text + " ", isChosen ? theme[.cursor] : theme.ramp.ground(mean.value))
  }

  /// As many indices as there is room for, the chosen one among them.
  private func window(_ chosen: Int, count: Int, room: Int) -> Range<Int> {
    let room = max(1, min(room, count))
    let first = max(0, min(chosen - room / 2, count - room))
    return first..<min(count, first + room)
  }
}
