import Exploration
import Screen

/// Recall against budget for the active, the pinned and the chosen policies, as far as it is computed.
struct PlotPanel {
  private let scene: Scene
  private let keys: [BudgetSweep.Key]

  init(_ scene: Scene) {
    self.scene = scene
    keys = scene.plottedKeys
  }

  private var showsRecall: Bool { scene.display.compare.sortColumn == .recall }
  private var tokenCount: Int { scene.run.prompt.tokens.count }

  func draw(into frame: inout Frame, area: Range<Int>) {
    let theme = frame.theme
    let title = showsRecall ? "recall against budget" : "mass recall against budget"
    var heading = Line()
    heading.add(Span(title, theme[.accent]))
    heading.add(
      Span("   tokens per layer and head; \(scene.display.keys.shown(.plot)) adds a policy", theme[.dim]),
      rank: 1)
    frame.line(area.lowerBound, heading.fitting(frame.width))
    let budgets = BudgetSweep.budgets(tokenCount: tokenCount).sorted()
    guard let first = budgets.first, let last = budgets.last, budgets.count > 1 else {
      frame.line(area.lowerBound + 1, [Span("the text is too short for other budgets", theme[.note])])
      return
    }
    let gutter = 5
    let legend = frame.width < 70 ? 22 : 34
    let width = max(10, min(72, frame.width - gutter - legend - 2))
    let rows = area.lowerBound + 1..<area.upperBound - 1
    let lines = keys.map { scene.details.sweep.points($0).map { (budget: $0.budget, value: value($0)) } }
    let plot = BudgetPlot(lines, budgets: first...last, width: width, height: rows.count)
    drawAxes(plot, budgets, rows, gutter, width, into: &frame)
    for mark in plot.marks {
      let glyph = mark.isMeasured ? Self.letter(mark.line) : frame.glyphs.dot
      frame.line(
        rows.lowerBound + mark.row, [Span(glyph, Self.style(mark.line, theme))], from: gutter + mark.column)
    }
    for (index, key) in keys.enumerated() where rows.lowerBound + index < area.upperBound {
      frame.line(rows.lowerBound + index, entry(index, key, width: legend, frame), from: gutter + width + 2)
      if let policy = scene.setup.settings.policies.firstIndex(of: key.policy) {
        frame.mark(.policy(policy), row: rows.lowerBound + index, from: gutter + width + 2, width: legend)
      }
    }
  }

  private func drawAxes(
    _ plot: BudgetPlot, _ budgets: [Int], _ rows: Range<Int>, _ gutter: Int, _ width: Int,
    into frame: inout Frame
  ) {
    let theme = frame.theme
    for row in rows {
      let label = row == rows.lowerBound ? "1.0 " : row == rows.upperBound - 1 ? "0.0 " : "    "
      frame.line(row, [Span(label, theme[.dim]), Span(frame.glyphs.vertical, theme[.frame])])
    }
    // The budget that is explored, its number beside the arrow; others where they leave it alone.
    let column = plot.column(scene.setup.settings.budget)
    for row in rows { frame.line(row, [Span(frame.glyphs.vertical, theme[.frame])], from: gutter + column) }
    let own = String(scene.setup.settings.budget)
    let isLeft = column + 1 + own.count > width
    let taken = isLeft ? column - own.count..<column + 1 : column..<column + 1 + own.count
    frame.line(
      rows.upperBound, [Span(isLeft ? own + frame.glyphs.up : frame.glyphs.up + own, theme[.accent])],
      from: gutter + taken.lowerBound)
    var free = 0
    for budget in budgets where budget & (budget - 1) == 0 {
      let label = String(budget)
      let start = max(0, min(plot.column(budget) - label.count / 2, width - label.count))
      let place = start..<start + label.count
      guard start >= free, place.upperBound < taken.lowerBound || place.lowerBound > taken.upperBound else {
        continue
      }
      frame.line(rows.upperBound, [Span(label, theme[.dim])], from: gutter + start)
      free = place.upperBound + 1
    }
  }

  /// A line's mark, its policy, and its value at the explored budget or how far it has come.
  private func entry(_ index: Int, _ key: BudgetSweep.Key, width: Int, _ frame: Frame) -> [Span] {
    let theme = frame.theme
    let sweep = scene.details.sweep
    let points = sweep.points(key)
    let words: String
    if let reason = sweep.unavailable[key] {
      words = reason
    } else if sweep.isComplete(key, tokenCount: tokenCount) {
      let result = scene.run.results.first { $0.policy == key.policy }
      let share = showsRecall ? result?.recall : result?.massRecall
      words =
        share.map { "\(decimal($0, 2)) at \(key.policy.map?.meanCount ?? scene.setup.settings.budget)" } ?? ""
    } else {
      words = "\(points.count) of \(BudgetSweep.budgets(tokenCount: tokenCount).count) budgets"
    }
    let name = max(8, width - TextWidth.of(words) - 3)
    let title = TextWidth.clipped(key.policy.title, to: name, ellipsis: frame.glyphs.ellipsis)
    return [
      Span(Self.letter(index) + " ", Self.style(index, theme)),
      Span(title, theme[index == 0 ? .accent : .text]),
      Span(" " + words, theme[.dim]),
    ]
  }

  private func value(_ point: BudgetSweep.Point) -> Double { showsRecall ? point.recall : point.massRecall }

  /// Lines differ by letter, and in colour by colour, too.
  private static func letter(_ line: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    return String(letters[line % letters.count])
  }

  private static func style(_ line: Int, _ theme: Theme) -> Style {
    let roles: [Theme.Role] = [.accent, .warning, .good, .error, .note, .text]
    return theme[roles[line % roles.count]]
  }
}
