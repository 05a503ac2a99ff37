import Evaluation
import Eviction
import Screen
import Views

/// Needle results as small heatmaps side by side: lengths to the right, depths downwards, a budget's policies
/// in a row.
///
/// A map of more lengths than there is room for goes on in further panels below.
package struct NeedleHeatmaps: Sendable {
  /// What is drawn.
  package let map: NeedleMap

  private static let labelWidth = 6
  private static let gap = 3
  /// Columns of a cell: with half of its height it is about square.
  private static let cellWidth = 3

  /// Draws a map.
  package init(_ map: NeedleMap) { self.map = map }

  private var panelHeight: Int { map.depths.count + 2 }

  /// Some lengths of a map.
  private struct Panel {
    let column: EvaluationSummary.Column
    let lengths: ArraySlice<Int>
  }

  private static func panelWidth(_ lengthCount: Int) -> Int { labelWidth + max(cellWidth * lengthCount, 24) }

  /// The panels of each row: the full cache's alone, then each budget's.
  private func rows(width: Int) -> [[Panel]] {
    let lengthsPerPanel = max(1, (width - Self.labelWidth) / Self.cellWidth)
    guard map.lengths.count <= lengthsPerPanel else {
      return map.columns.flatMap { column in
        stride(from: 0, to: map.lengths.count, by: lengthsPerPanel).map { first in
          [
            Panel(
              column: column, lengths: map.lengths[first..<min(first + lengthsPerPanel, map.lengths.count)])
          ]
        }
      }
    }
    let perRow = max(1, (width + Self.gap) / (Self.panelWidth(map.lengths.count) + Self.gap))
    let budgets = map.columns.map(\.budget).reduce(into: [Budget?]()) { known, one in
      if !known.contains(one) { known.append(one) }
    }
    return budgets.flatMap { budget in
      let panels = map.columns.filter { $0.budget == budget }.map {
        Panel(column: $0, lengths: map.lengths[...])
      }
      return stride(from: 0, to: panels.count, by: perRow).map {
        Array(panels[$0..<min($0 + perRow, panels.count)])
      }
    }
  }

  /// The drawing, as high as it needs to be.
  /// - Parameter width: columns; below those of a single length, panels are cut.
  package func grid(width: Int = 100, theme: Theme, glyphs: GlyphSet) -> Grid {
    let rows = rows(width: width)
    var grid = Grid(Size(width: width, height: rows.count * (panelHeight + 1) + 1))
    for (index, panels) in rows.enumerated() {
      for (place, panel) in panels.enumerated() {
        let left = place * (Self.panelWidth(panel.lengths.count) + Self.gap)
        draw(panel, row: index * (panelHeight + 1), left: left, into: &grid, theme: theme, glyphs: glyphs)
      }
    }
    legend(row: grid.height - 1, into: &grid, theme: theme, glyphs: glyphs)
    return grid
  }

  private func draw(
    _ panel: Panel, row: Int, left: Int, into grid: inout Grid, theme: Theme, glyphs: GlyphSet
  ) {
    let (column, lengths) = (panel.column, panel.lengths)
    let right = left + Self.panelWidth(lengths.count)
    // Numbers are never cut: a long name makes room for them.
    let budget = column.budget.map { "  B=\($0)" } ?? ""
    let mean = map.mean(column).map { "  \(Self.percent($0))" } ?? ""
    let room = right - left - Self.labelWidth - budget.count - mean.count
    let title = TextWidth.clipped(column.policy.title, to: max(0, room), ellipsis: glyphs.ellipsis)
    grid.put(
      title + budget, row: row, column: left + Self.labelWidth, style: theme[.title], limit: right)
    grid.put([Span(mean, theme[.text])], row: row, endingAt: right, from: left)
    for (index, depth) in map.depths.enumerated() {
      let line = row + 1 + index
      grid.put([Span("\(depth)%", theme[.dim])], row: line, endingAt: left + Self.labelWidth - 1, from: left)
      for (place, length) in lengths.enumerated() {
        let start = left + Self.labelWidth + place * Self.cellWidth
        cell(
          map.value(column, length: length, depth: depth), row: line, column: start, into: &grid,
          theme: theme, glyphs: glyphs)
      }
    }
    let axis = row + panelHeight - 1
    if let first = lengths.first {
      grid.put("\(first)", row: axis, column: left + Self.labelWidth, style: theme[.dim])
    }
    if let last = lengths.last, lengths.count > 1 {
      grid.put(
        [Span("\(last)", theme[.dim])], row: axis,
        endingAt: left + Self.labelWidth + lengths.count * Self.cellWidth,
        from: left + Self.labelWidth + 6)
    }
  }

  private func cell(
    _ value: Double?, row: Int, column: Int, into grid: inout Grid, theme: Theme, glyphs: GlyphSet
  ) {
    let rect = Rect(column: column, row: row, width: Self.cellWidth, height: 1)
    guard let value else {
      grid.put(glyphs.dot, row: row, column: column + 1, style: theme[.dim])
      return
    }
    if theme.hasColor {
      grid.fill(rect, style: Style(background: theme.ramp.color(value)))
    } else {
      grid.fill(rect, with: glyphs.level(value))
    }
  }

  private func legend(row: Int, into grid: inout Grid, theme: Theme, glyphs: GlyphSet) {
    var column = grid.put(
      "\(Sanitizer.visible(map.score, glyphs: glyphs, spaces: false))  0 ", row: row, column: 0,
      style: theme[.dim])
    let steps = theme.hasColor ? theme.ramp.count : glyphs.levels.count
    for step in 0..<steps {
      let value = (Double(step) + 0.5) / Double(steps)
      if theme.hasColor {
        grid.fill(
          Rect(column: column, row: row, width: 1, height: 1),
          style: Style(background: theme.ramp.color(value)))
      } else {
        grid.put(glyphs.level(value), row: row, column: column)
      }
      column += 1
    }
    grid.put(
      " 1   tokens \(glyphs.right)  depth \(glyphs.down)  means in per cent", row: row, column: column,
      style: theme[.dim])
  }

  private static func percent(_ value: Double) -> String {
    let tenths = Int((value * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
