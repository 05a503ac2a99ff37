import Eviction
import Exploration
import Screen

/// View 4: policies against figures, and recall against budget or the policies' settings under them.
struct CompareView {
  private let scene: Scene
  private let table: CompareTable

  init(_ scene: Scene) {
    self.scene = scene
    table = CompareTable(scene)
  }

  func draw(into frame: inout Frame) {
    let content = frame.content
    let isSmall = content.count < 17
    let showsNote = scene.display.showsNotes && content.count >= 15
    let noteRow = content.upperBound - 1
    let end = noteRow + (showsNote ? 0 : 1)
    if showsNote {
      frame.line(
        noteRow,
        Line.note(
          activeReason + activeNotes + [scene.display.compare.sortColumn.note(scene.display.keys)],
          style: frame.theme[.note],
          width: frame.width)
      )
    }
    if isSmall, scene.display.compare.showsSettings {
      SettingsPanel(scene).draw(into: &frame, area: content.lowerBound..<end)
      return
    }
    // The table has all the rows that it needs, but leaves a third to what stands under it.
    let wanted = table.rows.count + 1
    let rows =
      isSmall ? min(wanted, end - content.lowerBound) : min(wanted, (end - content.lowerBound) * 3 / 5)
    drawTable(into: &frame, area: content.lowerBound..<content.lowerBound + rows)
    var row = content.lowerBound + rows
    guard end - row >= 5 else { return }
    frame.rule(row)
    row += 1
    if scene.display.compare.showsSettings {
      SettingsPanel(scene).draw(into: &frame, area: row..<end)
    } else {
      PlotPanel(scene).draw(into: &frame, area: row..<min(end, row + 24))
    }
  }

  /// Why the active policy has no result, or where that can be read: its row has no room for a sentence.
  private var activeReason: [String] {
    scene.activeReason.map { [$0, "no result; \(scene.display.keys.shown(.answers)) reads why"] } ?? []
  }

  /// What of the active policy does nothing here: on its row there may be no room for it.
  private var activeNotes: [String] {
    table.rows.first { $0.index == scene.setup.policy }.map(notes) ?? []
  }

  // MARK: The table

  private struct Layout {
    let columns: [(column: CompareColumn, start: Int, width: Int)]

    init(width: Int, longestName: Int) {
      let marker = 2
      let least = width < 70 ? 15 : width < 100 ? 18 : 24
      let name = min(longestName + 1, width < 70 ? 14 : width < 100 ? 18 : 26)
      var shown = CompareColumn.allCases
      func used() -> Int {
        marker + shown.reduce(0) { $0 + ($1 == .policy ? name : $1.layout.width) }
      }
      while used() + least > width, let rank = shown.map(\.layout.rank).max(), rank > 0 {
        shown.removeAll { $0.layout.rank == rank }
      }
      var start = marker
      columns = shown.map { column in
        let columnWidth =
          column == .policy ? name : column == .answer ? max(0, width - start - 1) : column.layout.width
        defer { start += columnWidth }
        return (column, column == .answer ? start + 1 : start, columnWidth)
      }
    }
  }

  private func drawTable(into frame: inout Frame, area: Range<Int>) {
    let theme = frame.theme
    let names = table.rows.map { TextWidth.of($0.title) + (notes($0).isEmpty ? 0 : 2) }
    let layout = Layout(width: frame.width, longestName: names.max() ?? 0)
    for (column, start, width) in layout.columns {
      let isSorted = column == scene.display.compare.sortColumn
      let arrow =
        column.largestFirst != scene.display.compare.reversesOrder ? frame.glyphs.down : frame.glyphs.up
      let name = heading(column, frame.glyphs)
      let title = isSorted ? name + arrow : name
      let isText = column == .policy || column == .answer
      // An answer begins with a space.
      let padded =
        column == .answer ? " " + title : isText ? title : TextWidth.padded(title, to: width, right: true)
      frame.line(area.lowerBound, [Span(padded, theme[isSorted ? .accent : .dim])], from: start)
      frame.mark(.column(column), row: area.lowerBound, from: start, width: width)
    }
    let place = table.rows.firstIndex { $0.index == scene.setup.policy } ?? 0
    let capacity = area.count - 2
    let policies = table.rows.dropFirst()
    let top = max(0, min(place - 1 - capacity / 2, policies.count - capacity))
    let visible = table.rows.prefix(1) + policies.dropFirst(top).prefix(max(0, capacity))
    for (offset, row) in visible.enumerated() {
      draw(row, layout, into: &frame, at: area.lowerBound + 1 + offset)
    }
    let hidden = policies.count - min(capacity, policies.count)
    if hidden > 0 {
      let more = "\(top + 1)\(frame.glyphs.dash)\(top + capacity) of \(policies.count)"
      frame.grid.put([Span(more, theme[.dim])], row: area.lowerBound, endingAt: frame.right)
    }
  }

  /// The column's head; that of recall with the ceiling that a choice of this budget reaches.
  private func heading(_ column: CompareColumn, _ glyphs: GlyphSet) -> String {
    let ceiling = scene.run.results.lazy.filter { $0.policy.map == nil }.compactMap(\.recallCeiling).first
    guard column == .recall, let ceiling, ceiling < 1 else { return column.title }
    let share = decimal(ceiling, 2)
    return column.title + glyphs.atMost + (share.hasPrefix("0") ? String(share.dropFirst()) : share)
  }

  private func draw(_ row: CompareTable.Row, _ layout: Layout, into frame: inout Frame, at line: Int) {
    let theme = frame.theme
    let isActive = row.index == scene.setup.policy
    let isPinned = row.index != nil && row.index == scene.setup.pinned
    let isPlotted =
      row.index.map { scene.display.compare.plotted.contains(scene.setup.settings.policies[$0]) } ?? false
    let marker = isActive ? frame.glyphs.marker : isPinned ? "x" : isPlotted ? "+" : " "
    frame.line(line, [Span(marker, theme[.accent])])
    if isActive { frame.focus(line, from: 0) }
    if let index = row.index { frame.mark(.policy(index), row: line, from: 0, width: frame.width) }
    for (column, start, width) in layout.columns {
      switch column {
      case .policy:
        // What does nothing here is told behind the answer, and marked where that has no room.
        let mark = notes(row).isEmpty ? "" : " !"
        let title = TextWidth.clipped(row.title, to: width - 1 - mark.count, ellipsis: frame.glyphs.ellipsis)
        let style = theme[isActive ? .accent : row.index == nil ? .title : .text]
        frame.line(line, [Span(title, style), Span(mark, theme[.warning])], from: start)
      case .answer:
        let words = notes(row).map { "   ! \($0)" }.joined()
        let spans = answer(row, width: width, frame) + [Span(words, theme[.warning])]
        frame.grid.put(
          spans, row: line, column: frame.left + start, limit: min(frame.right, frame.left + start + width))
      default:
        guard let figures = row.figures else { continue }
        let text = row.index == nil ? ceiling(column, row) : column.text(figures, pinned: pinned)
        let style = theme[isActive && column == scene.display.compare.sortColumn ? .accent : .text]
        frame.line(line, [Span(TextWidth.padded(text, to: width, right: true), style)], from: start)
      }
    }
  }

  /// The figures of the policy that the others are compared with.
  private var pinned: ResultFigures? {
    scene.setup.pinned.flatMap { pinned in table.rows.first { $0.index == pinned }?.figures }
  }

  /// What of a row's policy does nothing here.
  private func notes(_ row: CompareTable.Row) -> [String] { row.result?.notes ?? [] }

  /// The full cache's own figures: it is the measure.
  private func ceiling(_ column: CompareColumn, _ row: CompareTable.Row) -> String {
    guard let result = row.result else { return "" }
    return switch column {
    case .recall, .massRecall: decimal(1, 3)
    case .outputError: decimal(0, 3)
    case .divergence: decimal(0, 4)
    case .topOne: "\(result.answer.steps.count)/\(result.answer.steps.count)"
    case .kept: "\(grouped(result.kept.tokenCount)) "
    case .bytes: mebibytes(scene.run.bytes(of: result.kept))
    default: "-"
    }
  }

  private func answer(_ row: CompareTable.Row, width: Int, _ frame: Frame) -> [Span] {
    let theme = frame.theme
    guard let result = row.result else {
      let reason = row.index.flatMap(scene.reason)
      let words = TextWidth.clipped(
        reason ?? frame.glyphs.ellipsis, to: width, ellipsis: frame.glyphs.ellipsis)
      return [Span(words, theme[.dim])]
    }
    guard result.hasAnswer else {
      let reason =
        !scene.run.hasModel
        ? UnavailableWords.answer(result)
        : scene.run.isFinished ? "no answer: stopped before" : "the answer comes"
      return [Span(reason, theme[.dim])]
    }
    let difference = row.index == nil ? nil : row.figures?.firstDifference
    let mark =
      row.index == nil
      ? scene.run.markOfFull(frame.glyphs, theme)
      : row.figures?.mark?.span(frame.glyphs, theme) ?? Span("  ")
    return [mark]
      + AnswerLines(scene, glyphs: frame.glyphs).answer(
        result, difference: difference, width: max(0, width - mark.width))
  }
}
