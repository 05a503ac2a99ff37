import Screen

/// The help overlay: the keys, built from the key table, under the word for what is under the cursor; or all
/// the words.
struct HelpView {
  private let display: Display
  private let overlays: Overlays
  private let hasModel: Bool
  /// The glossary's word for what is under the cursor; `nil` where all the words are shown.
  private let word: String?

  init(_ display: Display, _ overlays: Overlays, hasModel: Bool, word: String?) {
    (self.display, self.overlays, self.hasModel, self.word) = (display, overlays, hasModel, word)
  }

  /// Where its parts stand in a frame's inside.
  private struct Layout {
    /// Lines about what is under the cursor.
    let about: [[Span]]
    /// The rows of a column, and the columns with their width.
    let rows: Int, columns: Int, columnWidth: Int
    /// Whether the note has its row: it gives way where all keys fit without it.
    let showsNote: Bool

    var capacity: Int { rows * columns }
  }

  func draw(into frame: inout Frame) {
    let theme = frame.theme
    let content = frame.content
    frame.grid.fill(
      Rect(column: 1, row: content.lowerBound, width: frame.right, height: content.count), with: " ")
    let layout = layout(content: content.count, width: frame.width)
    let pages = [("Keys", !overlays.showsWords), ("Words", overlays.showsWords)].map { name, isOpen in
      isOpen ? Span("[\(name)]", theme[.tab]) : Span(" \(name) ", theme[.dim])
    }
    frame.line(
      content.lowerBound,
      [Span("Help \(frame.glyphs.dot) \(display.view.title) view  ", theme[.title])] + pages + [
        Span("  Tab", theme[.footerKey])
      ])
    frame.mark(.key(.tab), row: content.lowerBound, from: 0, width: frame.width)
    for (offset, line) in layout.about.enumerated() { frame.line(content.lowerBound + 1 + offset, line) }
    let lines = lines(theme, width: frame.width)
    let top = max(0, min(overlays.helpTop, lines.count - layout.capacity))
    if lines.count > layout.capacity {
      let more =
        top + layout.capacity < lines.count
        ? "\(display.keys.shown(.down)): more" : "\(display.keys.shown(.up)): back"
      frame.grid.put([Span(more, theme[.accent])], row: content.lowerBound, endingAt: frame.right)
    }
    let start = content.lowerBound + 1 + layout.about.count
    for (index, spans) in lines.dropFirst(top).prefix(layout.capacity).enumerated() {
      frame.grid.put(
        spans, row: start + index % layout.rows,
        column: frame.left + index / layout.rows * layout.columnWidth,
        limit: min(frame.right, frame.left + (index / layout.rows + 1) * layout.columnWidth - 1))
    }
    guard layout.showsNote else { return }
    let count = "\(display.keys.shown(.number))3\(display.keys.shown(.right)) moves by three."
    frame.line(
      content.upperBound - 1,
      Line.note(
        [
          "\(count)  :goto 41  :layer 2  :head 3  :budget 96  :policy laq(m=16)  :theme light  :export kept.npz",
          "\(count)  :goto 41  :layer 2  :budget 96  :policy laq(m=16)",
          "\(count)  :goto 41  :policy laq(m=16)",
        ], style: theme[.note], width: frame.width))
  }

  /// A first line after which the list still fills a window.
  func clamped(_ top: Int, rows: Int, width: Int) -> Int {
    let layout = layout(content: rows, width: width)
    return max(0, min(top, lines(display.theme, width: width).count - layout.capacity))
  }

  private func layout(content: Int, width: Int) -> Layout {
    let entry = word.flatMap(Glossary.entry)
    let words =
      entry.map { WrappedText.lines("Under the cursor: \($0.word). \($0.text)", width: width) } ?? []
    let limit = content < 18 ? 2 : 3
    let about = words.prefix(limit).enumerated().map { index, line in
      // What does not fit stands on the other page.
      let isCut = index == limit - 1 && words.count > limit
      return [
        Span(
          isCut ? TextWidth.clipped(line, to: width - Self.more.count) + Self.more : line,
          display.theme[.note])
      ]
    }
    let rows = max(1, content - 2 - about.count)
    guard !overlays.showsWords else {
      return Layout(
        about: about, rows: rows, columns: 1, columnWidth: max(1, width + 1), showsNote: true)
    }
    let columnWidth = width >= 76 ? 38 : max(1, width)
    let columns = max(1, width / columnWidth)
    let count = lines(display.theme, width: width).count
    let isInTheWay = count > rows * columns && count <= (rows + 1) * columns
    return Layout(
      about: about, rows: isInTheWay ? rows + 1 : rows, columns: columns, columnWidth: columnWidth,
      showsNote: !isInTheWay)
  }

  private static let more = " (Tab)"

  private func lines(_ theme: Theme, width: Int) -> [[Span]] {
    if overlays.showsWords { return GlossaryLines.all(theme: theme, width: width) }
    var lines: [[Span]] = []
    var group = ""
    for binding in display.keys.rows {
      if binding.group != group { lines.append([Span(binding.group, theme[.accent])]) }
      group = binding.group
      // Keys that do nothing in the open view, or without a model, are dim.
      let isIdle = !binding.acts(in: display.view) || binding.needsModel && !hasModel
      lines.append([
        Span(TextWidth.padded(binding.shown, to: 7), theme[isIdle ? .dim : .footerKey]),
        Span(binding.words, theme[isIdle ? .dim : .text]),
      ])
    }
    return lines
  }
}
