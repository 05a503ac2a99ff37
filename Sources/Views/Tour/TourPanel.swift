import Screen

/// The tour's words: between the view and the status line, or, where the window is too low for both, over the
/// last lines.
struct TourPanel {
  /// The rows that a view needs.
  private static let leastContent = 11

  private let tour: Tour
  private let lines: [[Span]]
  /// The rows of its longest step.
  private let height: Int
  /// Whether it stands inside the box, above the status line.
  let isInside: Bool

  /// - Parameter words: what the tour says now.
  init(_ tour: Tour, words: String, theme: Theme, size: Size, glyphs: GlyphSet) {
    let width = size.width - 4
    func wrapped(_ text: String) -> [[Span]] {
      Self.wrapped(text.replacing("↓", with: glyphs.down), theme, width: width)
    }
    self.tour = tour
    lines = wrapped(words)
    height = tour.steps.map { wrapped("\($0.tells) \($0.asks)").count }.max() ?? 0
    isInside = size.height - 5 - height - 1 >= Self.leastContent
  }

  /// The rows that it takes from the view.
  var rowsTaken: Int { isInside ? height + 1 : 0 }

  func draw(into frame: inout Frame) {
    let theme = frame.theme
    let count = isInside ? height : min(lines.count, frame.grid.height - 2)
    // Over the last lines, the very last one stays: it is where one types, and otherwise names keys.
    let top = isInside ? frame.content.upperBound : frame.grid.height - 2 - count
    frame.grid.rule(
      row: top, column: 0, width: frame.grid.width, glyphs: frame.glyphs, style: theme[.frame], joined: true)
    let title = tour.step == nil ? " Tour, the end " : " Tour, step \(tour.index + 1) of \(tour.steps.count) "
    frame.grid.put([Span(title, theme[.title])], row: top, column: 2)
    let keys = [("Tab", "on"), ("Backspace", "back"), ("Esc", "leave")]
    var column = frame.grid.width - 2 - keys.reduce(0) { $0 + $1.0.count + $1.1.count + 3 }
    for (key, word) in keys {
      let end = frame.grid.put(
        [Span(" \(key)", theme[.footerKey]), Span(" \(word) ", theme[.footer])], row: top, column: column)
      for (target, columns) in FooterKeys.targets(of: key, word: word) {
        frame.mark(
          target, row: top, columns: column + 1 + columns.lowerBound..<column + 1 + columns.upperBound)
      }
      column = end
    }
    for offset in 0..<count {
      let row = top + 1 + offset
      frame.grid.fill(Rect(column: 1, row: row, width: frame.grid.width - 2, height: 1))
      frame.grid.put(frame.glyphs.vertical, row: row, column: 0, style: theme[.frame])
      frame.grid.put(frame.glyphs.vertical, row: row, column: frame.grid.width - 1, style: theme[.frame])
      if offset < lines.count { frame.line(row, lines[offset]) }
    }
    if !isInside { frame.drawStatusOverFooter(row: top + count + 1) }
  }

  /// Breaks words at spaces; what stands between backticks is a key.
  private static func wrapped(_ text: String, _ theme: Theme, width: Int) -> [[Span]] {
    var isKey = false
    var lines: [[Span]] = [[]]
    var used = 0
    for word in text.split(separator: " ") {
      var spans: [Span] = []
      for (index, part) in word.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
        if index > 0 { isKey.toggle() }
        if !part.isEmpty { spans.append(Span(String(part), theme[isKey ? .footerKey : .text])) }
      }
      let length = spans.reduce(0) { $0 + $1.width }
      if used > 0, used + 1 + length > width {
        lines.append([])
        used = 0
      }
      if used > 0 { spans.insert(Span(" "), at: 0) }
      lines[lines.count - 1] += spans
      used += length + (used > 0 ? 1 : 0)
    }
    return lines
  }
}

extension ViewState {
  /// The tour's words, if there is a tour.
  func tourPanel(size: Size, glyphs: GlyphSet) -> TourPanel? {
    guard let tour, !tour.isLeft else { return nil }
    return TourPanel(tour, words: tour.words(self), theme: display.theme, size: size, glyphs: glyphs)
  }
}
