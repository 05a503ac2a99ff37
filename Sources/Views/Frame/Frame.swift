import Eviction
import Exploration
import Screen

/// What every view shares: the box with its title, the status line and the footer.
struct Frame {
  let state: ViewState
  let glyphs: GlyphSet
  var grid: Grid
  /// What lies where, if somebody asks.
  private(set) var targets: Targets?

  /// The rows inside the box above the status line and the tour's words.
  let content: Range<Int>
  /// The tour's words, if there is a tour.
  let panel: TourPanel?
  /// Columns inside the box, with a space at each side.
  let left = 2
  let right: Int

  var theme: Theme { state.display.theme }
  var width: Int { right - left }

  /// - Parameter marking: whether to note what lies where, which a screen alone does not need.
  init(_ state: ViewState, size: Size, glyphs: GlyphSet, marking: Bool = false) {
    self.state = state
    targets = marking ? Targets() : nil
    self.glyphs = glyphs
    grid = Grid(size)
    right = size.width - 2
    panel = state.tourPanel(size: size, glyphs: glyphs)
    content = Self.content(size, panel)
    drawChrome(size)
  }

  /// The rows that a view has in a window, beside a tour's words.
  static func content(_ size: Size, _ panel: TourPanel?) -> Range<Int> {
    let end = size.height - 4 - (panel?.rowsTaken ?? 0)
    return 1..<max(1, end)
  }

  private mutating func drawChrome(_ size: Size) {
    let frame = theme[.frame]
    let box = Rect(column: 0, row: 0, width: size.width, height: size.height - 1)
    let isWide = size.width >= 100
    // The policy and its budget must stay when the line is short.
    var title = isWide ? [Span("laq-tui", theme[.title]), Span("  ")] : []
    if size.width >= 76 {
      title.append(
        Span(
          TextWidth.clipped(
            Sanitizer.visible(state.run.prompt.name, glyphs: glyphs, spaces: false),
            to: isWide ? 24 : 12, ellipsis: glyphs.ellipsis), theme[.text]))
      title.append(Span(" \(glyphs.dot) ", theme[.dim]))
    }
    // The box leaves a corner, a line and a space before the title.
    var column = 3 + title.reduce(0) { $0 + $1.width }
    for view in ViewState.View.allCases {
      // Where the names of all views have no room, the open one has.
      let isOpen = view == state.display.view
      let text = isWide || isOpen ? "\(view.rawValue) \(view.title)" : "\(view.rawValue)"
      title.append(isOpen ? Span("[\(text)]", theme[.tab]) : Span(" \(text) ", theme[.dim]))
      mark(.view(view), row: 0, columns: column..<column + text.count + 2)
      column += text.count + 2
    }
    let share = isWide ? state.setup.settings.share.map { " (\(Budget.share($0)))" } ?? "" : ""
    let trailing = [
      Span(state.setup.policyTitle, theme[.accent]), Span("  B=\(state.setup.settings.budget)\(share)"),
      Span("  n=\(state.run.prompt.tokens.count)", theme[.dim]),
    ]
    grid.box(box, glyphs: glyphs, style: frame, title: title, trailing: trailing)
    grid.rule(
      row: size.height - 4, column: 0, width: size.width, glyphs: glyphs, style: frame, joined: true)
    if let entry = state.typing.entry {
      EntryLine(entry: entry, theme: theme, glyphs: glyphs).draw(into: &grid, row: size.height - 1)
    } else if state.typing.isCounting || state.typing.count != nil {
      let typed = "#\(state.typing.count.map(String.init) ?? "")"
      grid.put(
        [
          Span(typed, theme[.text]),
          Span("  then a key; \(state.display.keys.shown(.back)) leaves", theme[.dim]),
        ],
        row: size.height - 1, column: 1, limit: size.width)
    } else {
      drawFooter(row: size.height - 1)
    }
  }

  /// Writes one line of the box's inside.
  mutating func line(_ row: Int, _ spans: [Span], from column: Int = 0) {
    grid.put(spans, row: row, column: left + column, limit: right)
  }

  /// Says which column of the box's inside a person is at; while a line is typed, that is in the line.
  mutating func focus(_ row: Int, from column: Int) {
    guard state.typing.entry == nil, row >= 0, row < grid.height, left + column < right else { return }
    grid.caret = Place(row: row, column: max(0, left + column))
  }

  /// Notes what lies on some columns of the screen.
  mutating func mark(_ target: @autoclosure () -> Target, row: Int, columns: Range<Int>) {
    targets?.mark(target(), row: row, columns: columns)
  }

  /// Notes what lies on some columns of the box's inside.
  mutating func mark(_ target: @autoclosure () -> Target, row: Int, from column: Int, width: Int) {
    mark(target(), row: row, columns: left + column..<left + column + max(0, width))
  }

  /// A rule within the box.
  mutating func rule(_ row: Int) {
    grid.rule(row: row, column: left, width: width, glyphs: glyphs, style: theme[.frame])
  }

  /// Says in place of the footer what the covered status line has to say, unless it is only that all is done.
  mutating func drawStatusOverFooter(row: Int) {
    guard state.typing.entry == nil,
      state.message != nil || !state.run.isFinished || state.run.waitingStage != nil
        || state.why?.isFinished == false
    else { return }
    grid.fill(Rect(column: 0, row: row, width: grid.width, height: 1))
    let lines = StatusLines(state, glyphs: glyphs).lines(width: width, limit: 1)
    if let first = lines.first { line(row, first) }
  }

  private mutating func drawFooter(row: Int) {
    var column = 1
    let hints = state.display.keys.footer(
      for: state.display.view, showsHelp: state.overlays.showsHelp, showsWhy: state.overlays.showsWhy,
      showsAnswer: state.overlays.showsAnswer, showsLosses: state.overlays.showsLosses,
      hasModel: state.run.hasModel, width: grid.width - 2)
    for (keys, word) in hints {
      let spans = [Span(keys, theme[.footerKey]), Span(" \(word)  ", theme[.footer])]
      for (target, columns) in FooterKeys.targets(of: keys, word: word) {
        mark(target, row: row, columns: column + columns.lowerBound..<column + columns.upperBound)
      }
      column = grid.put(spans, row: row, column: column, limit: grid.width)
    }
  }
}
