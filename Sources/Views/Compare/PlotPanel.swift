import Exploration
import Screen

/// Figures against budget for the active, the pinned and the chosen policies, as far as they are computed:
/// the sorted one, and as many others beside it as have room.
struct PlotPanel {
  private let scene: Scene
  private let keys: [BudgetSweep.Key]
  private let points: [[BudgetSweep.Point]]

  init(_ scene: Scene) {
    self.scene = scene
    keys = scene.plottedKeys
    points = keys.map { scene.details.sweep.points($0) }
  }

  /// Columns of a plot with its axis, at least.
  private static let least = 38
  private static let gutter = 6

  func draw(into frame: inout Frame, area: Range<Int>) {
    let theme = frame.theme
    let budgets = BudgetSweep.budgets(tokenCount: scene.run.prompt.tokens.count).sorted()
    guard let first = budgets.first, let last = budgets.last, budgets.count > 1 else {
      frame.line(area.lowerBound, [Span("against budget", theme[.accent])])
      frame.line(area.lowerBound + 1, [Span("the text is too short for other budgets", theme[.note])])
      return
    }
    let legend = frame.width < 70 ? 22 : 34
    let room = frame.width - legend
    let figures = BudgetFigure.all(of: scene).prefix(max(1, room / Self.least))
    let rows = area.lowerBound + 1..<area.upperBound - 1
    for (place, figure) in figures.enumerated() {
      let start = room * place / figures.count
      let width = max(10, room * (place + 1) / figures.count - start - Self.gutter - 2)
      let values = points.map { $0.map { (budget: $0.budget, value: figure.value($0)) } }
      let scale = figure.scale(values.joined().compactMap(\.value))
      let plot = BudgetPlot(
        values.map { $0.map { (budget: $0.budget, value: scale.share($0.value)) } }, budgets: first...last,
        width: width, height: rows.count)
      frame.line(
        area.lowerBound, heading(figure, place, of: figures.count, width + Self.gutter, theme), from: start)
      drawAxes(plot, scale, budgets, rows, start, width, into: &frame)
      for mark in plot.marks {
        let glyph = mark.isMeasured ? PlotLetters.letter(mark.line) : frame.glyphs.dot
        frame.line(
          rows.lowerBound + mark.row, [Span(glyph, PlotLetters.style(mark.line, theme))],
          from: start + Self.gutter + mark.column)
      }
    }
    guard let figure = figures.first else {
      frame.line(area.lowerBound, [Span("against budget", theme[.accent])])
      frame.line(area.lowerBound + 1, [Span("there is no attention or answer to compare", theme[.note])])
      return
    }
    drawLegend(figure, rows, from: room, width: legend, into: &frame)
  }

  /// A plot's title; the first one's says what all are about.
  private func heading(_ figure: BudgetFigure, _ place: Int, of count: Int, _ width: Int, _ theme: Theme)
    -> [Span]
  {
    var line = Line()
    let title = figure.title(scene.run)
    line.add(Span(place == 0 ? title + " against budget" : title, theme[.accent]))
    if place == 0, scene.isSweepStopped {
      line.add(Span("   stopped", theme[.warning]), rank: 1)
      line.add(Span("; \(scene.display.keys.shown(.run)) runs again", theme[.warning]), rank: 2)
    } else if place == 0 {
      line.add(
        Span("   \(scene.display.keys.shown(.plot)) adds a policy", theme[.dim]), rank: 1)
    }
    return line.fitting(width)
  }

  private func drawAxes(
    _ plot: BudgetPlot, _ scale: PlotScale, _ budgets: [Int], _ rows: Range<Int>, _ start: Int, _ width: Int,
    into frame: inout Frame
  ) {
    let theme = frame.theme
    let labels = scale.labels(rows: rows.count)
    for (offset, row) in rows.enumerated() {
      let label = TextWidth.padded(labels[offset] ?? "", to: Self.gutter - 2, right: true) + " "
      frame.line(
        row, [Span(label, theme[.dim]), Span(frame.glyphs.vertical, theme[.frame])], from: start)
    }
    let from = start + Self.gutter
    // The budget that is explored, its number beside the arrow; others where they leave it alone.
    let column = plot.column(scene.setup.settings.budget)
    for row in rows { frame.line(row, [Span(frame.glyphs.vertical, theme[.frame])], from: from + column) }
    let own = String(scene.setup.settings.budget)
    let isLeft = column + 1 + own.count > width
    let taken = isLeft ? column - own.count..<column + 1 : column..<column + 1 + own.count
    frame.line(
      rows.upperBound, [Span(isLeft ? own + frame.glyphs.up : frame.glyphs.up + own, theme[.accent])],
      from: from + taken.lowerBound)
    var free = 0
    for budget in budgets where budget & (budget - 1) == 0 {
      let label = String(budget)
      let start = max(0, min(plot.column(budget) - label.count / 2, width - label.count))
      let place = start..<start + label.count
      guard start >= free, place.upperBound < taken.lowerBound || place.lowerBound > taken.upperBound else {
        continue
      }
      frame.line(rows.upperBound, [Span(label, theme[.dim])], from: from + start)
      free = place.upperBound + 1
    }
  }

  private func drawLegend(
    _ figure: BudgetFigure, _ rows: Range<Int>, from start: Int, width: Int, into frame: inout Frame
  ) {
    for index in keys.indices where index <= rows.count {
      let row = rows.lowerBound + index
      frame.line(row, entry(index, figure, width: width, frame), from: start)
      if let policy = scene.setup.settings.policies.firstIndex(of: keys[index].policy) {
        frame.mark(.policy(policy), row: row, from: start, width: width)
      }
    }
  }

  /// A line's mark, its policy, and its value at the explored budget or how far it has come.
  private func entry(_ index: Int, _ figure: BudgetFigure, width: Int, _ frame: Frame) -> [Span] {
    let theme = frame.theme
    let key = keys[index]
    let sweep = scene.details.sweep
    let known = points[index].count { figure.value($0) != nil }
    let words: String
    if let reason = sweep.unavailable[key] {
      words = reason
    } else if sweep.isComplete(key, of: scene.run) {
      let result = scene.run.results.first { $0.policy == key.policy }
      words =
        result.flatMap { figure.value($0, of: scene.run) }.map {
          "\(decimal($0, figure == .divergence ? 3 : 2)) at \(key.policy.map?.meanCount ?? scene.setup.settings.budget)"
        } ?? ""
    } else {
      words = "\(known) of \(BudgetSweep.budgets(key, of: scene.run).count) budgets"
    }
    let name = max(8, width - TextWidth.of(words) - 3)
    let title = TextWidth.clipped(key.policy.title, to: name, ellipsis: frame.glyphs.ellipsis)
    return [
      Span(PlotLetters.letter(index) + " ", PlotLetters.style(index, theme)),
      Span(title, theme[index == 0 ? .accent : .text]),
      Span(" " + words, theme[.dim]),
    ]
  }
}
