import Screen
import Views

extension ResultsState {
  /// Draws the whole screen: a pure function of state, size and glyphs.
  package func draw(size: Size, glyphs: GlyphSet = .unicode) -> Grid {
    guard ViewState.hasRoom(size) else {
      return ViewState.tooSmall(size)
    }
    var grid = Grid(size)
    let box = Rect(column: 0, row: 0, width: size.width, height: size.height - 1)
    let foreign = { (text: String) in Sanitizer.visible(text, glyphs: glyphs, spaces: false) }
    grid.box(
      box, glyphs: glyphs, style: theme[.frame],
      title: [
        Span("laq-tui", theme[.title]),
        Span("  " + TextWidth.clipped(foreign(name), to: 30, ellipsis: glyphs.ellipsis), theme[.text]),
      ],
      trailing: [
        Span(foreign(table.plan.suite), theme[.accent]),
        Span("  " + foreign(table.plan.model.name), theme[.dim]),
        Span(table.plan.compressionNote == nil ? "" : "  question after the eviction", theme[.dim]),
      ])
    grid.rule(
      row: size.height - 4, column: 0, width: size.width, glyphs: glyphs, style: theme[.frame], joined: true)
    grid.put(status(glyphs, width: size.width - 4), row: size.height - 3, column: 2, limit: size.width - 2)
    let footer = ResultsKeys.hints(page).map { key in
      [Span(key.shown, theme[.footerKey]), Span(" \(key.hint)  ", theme[.footer])]
    }
    grid.put(footer.flatMap(\.self), row: size.height - 1, column: 1, limit: size.width)
    switch page {
    case .cells:
      ResultsCells(self, glyphs: glyphs, width: size.width - 4, rows: 1..<size.height - 4).draw(into: &grid)
    case .heads:
      if let heads {
        HeadsPage(self, heads, glyphs: glyphs, width: size.width - 4, rows: 1..<size.height - 4)
          .draw(into: &grid)
      }
    case .prompts:
      ResultsPrompts(self, glyphs: glyphs, width: size.width - 4, rows: 1..<size.height - 4).draw(into: &grid)
    }
    return grid
  }

  private func status(_ glyphs: GlyphSet, width: Int) -> [Span] {
    if let message {
      return [Span(Sanitizer.visible(message, glyphs: glyphs, spaces: false), theme[.warning])]
    }
    switch stage {
    case .running(let text):
      return [
        Span(glyphs.spinner[tick % glyphs.spinner.count] + " ", theme[.accent]),
        Span(Sanitizer.visible(text, glyphs: glyphs, spaces: false), theme[.status]),
        Span("   q stops; the same command goes on later", theme[.dim]),
      ]
    case .done where page == .heads && heads?.figure != nil:
      return heads?.promptLine(theme, width: width) ?? []
    case .done: return [Span("\(grouped(table.rows.count)) prompts", theme[.status])]
    case .unfinished:
      return [
        Span(
          "\(grouped(table.rows.count)) of \(grouped(table.plan.cases.count)) prompts are done",
          theme[.warning])
      ]
    }
  }

  /// A mean as it stands in a cell, in per cent; a score that is no share as it is.
  static func text(_ value: Double) -> String {
    (0...1).contains(value) ? decimal(100 * value, 0) : decimal(value, abs(value) < 10 ? 2 : 0)
  }
}
