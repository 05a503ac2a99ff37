import Evaluation
import Eviction
import Screen

/// Needle results as small heatmaps side by side: lengths to the right, depths downwards, a budget's policies in a row.
public struct NeedleHeatmaps: Sendable {
  /// What is drawn.
  public let map: NeedleMap

  private static let labelWidth = 6
  private static let gap = 3
  /// Columns of a cell: with half of its height it is about square.
  private static let cellWidth = 3

  /// Draws a map.
  public init(_ map: NeedleMap) { self.map = map }

  private var panelWidth: Int { Self.labelWidth + max(Self.cellWidth * map.lengths.count, 18) }
  private var panelHeight: Int { map.depths.count + 2 }

  /// The columns of each row of panels: the full cache's alone, then each budget's.
  private func rows(width: Int) -> [[EvaluationSummary.Column]] {
    let perRow = max(1, (width + Self.gap) / (panelWidth + Self.gap))
    let budgets = map.columns.map(\.budget).reduce(into: [Budget?]()) { known, one in if !known.contains(one) { known.append(one) } }
    return budgets.flatMap { budget in
      let columns = map.columns.filter { $0.budget == budget }
      return stride(from: 0, to: columns.count, by: perRow).map { Array(columns[$0..<min($0 + perRow, columns.count)]) }
    }
  }

  /// The drawing, as high as it needs to be.
  /// - Parameter width: columns; a panel that is wider is cut.
  public func grid(width: Int = 100, theme: Theme, glyphs: GlyphSet) -> Grid {
    let rows = rows(width: width)
    var grid = Grid(Size(width: width, height: rows.count * (panelHeight + 1) + 1))
    for (index, columns) in rows.enumerated() {
      for (place, column) in columns.enumerated() {
        let left = place * (panelWidth + Self.gap)
        draw(column, row: index * (panelHeight + 1), left: left, into: &grid, theme: theme, glyphs: glyphs)
      }
    }
    legend(row: grid.height - 1, into: &grid, theme: theme, glyphs: glyphs)
    return grid
  }

  private func draw(
    _ column: EvaluationSummary.Column, row: Int, left: Int, into grid: inout Grid, theme: Theme, glyphs: GlyphSet
  ) {
    let right = left + panelWidth
    grid.put(
      column.policy.title + (column.budget.map { "  B=\($0)" } ?? ""), row: row, column: left + Self.labelWidth,
      style: theme[.title], limit: right)
    if let mean = map.mean(column) {
      grid.put([Span("  \(Self.percent(mean))", theme[.text])], row: row, endingAt: right, from: left)
    }
    for (index, depth) in map.depths.enumerated() {
      let line = row + 1 + index
      grid.put([Span("\(depth)%", theme[.dim])], row: line, endingAt: left + Self.labelWidth - 1, from: left)
      for (place, length) in map.lengths.enumerated() {
        let start = left + Self.labelWidth + place * Self.cellWidth
        cell(map.value(column, length: length, depth: depth), row: line, column: start, into: &grid, theme: theme, glyphs: glyphs)
      }
    }
    let axis = row + panelHeight - 1
    if let first = map.lengths.first { grid.put("\(first)", row: axis, column: left + Self.labelWidth, style: theme[.dim]) }
    if let last = map.lengths.last, map.lengths.count > 1 {
      grid.put(
        [Span("\(last)", theme[.dim])], row: axis, endingAt: left + Self.labelWidth + map.lengths.count * Self.cellWidth,
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
    var column = grid.put("\(map.score)  0 ", row: row, column: 0, style: theme[.dim])
    let steps = theme.hasColor ? theme.ramp.count : glyphs.levels.count
    for step in 0..<steps {
      let value = (Double(step) + 0.5) / Double(steps)
      if theme.hasColor {
        grid.fill(Rect(column: column, row: row, width: 1, height: 1), style: Style(background: theme.ramp.color(value)))
      } else {
        grid.put(glyphs.level(value), row: row, column: column)
      }
      column += 1
    }
    grid.put(" 1   tokens \(glyphs.right)  depth \(glyphs.down)  means in per cent", row: row, column: column, style: theme[.dim])
  }

  private static func percent(_ value: Double) -> String {
    let tenths = Int((value * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
