import Screen

/// The help overlay, built from the key table.
struct HelpView {
  private let state: ViewState

  init(_ state: ViewState) { self.state = state }

  func draw(into frame: inout Frame) {
    let theme = frame.theme
    frame.grid.fill(
      Rect(column: 1, row: frame.content.lowerBound, width: frame.right, height: frame.content.count), with: " ")
    frame.line(frame.content.lowerBound, [Span("Help \(frame.glyphs.dot) \(state.view.title) view", theme[.title])])
    var groups: [(String, [KeyTable.Binding])] = []
    for binding in state.keys.rows {
      if groups.last?.0 == binding.group { groups[groups.count - 1].1.append(binding) } else {
        groups.append((binding.group, [binding]))
      }
    }
    let layout = Self.layout(content: frame.content.count, width: frame.width)
    let lines = groups.flatMap { name, bindings in
      [[Span(name, theme[.accent])]] + bindings.map(line(theme))
    }
    let start = frame.content.lowerBound + (frame.content.count < 26 ? 1 : 2)
    let capacity = layout.rows * layout.columns
    let top = max(0, min(state.helpTop, lines.count - capacity))
    if lines.count > capacity {
      let more = top + capacity < lines.count ? "\(state.keys.shown(.down)): more" : "\(state.keys.shown(.up)): back"
      frame.grid.put([Span(more, theme[.accent])], row: frame.content.lowerBound, endingAt: frame.right)
    }
    for (index, spans) in lines.dropFirst(top).prefix(capacity).enumerated() {
      frame.grid.put(
        spans, row: start + index % layout.rows,
        column: frame.left + index / layout.rows * layout.columnWidth,
        limit: min(frame.right, frame.left + (index / layout.rows + 1) * layout.columnWidth - 1))
    }
    let count = "\(state.keys.shown(.number))3\(state.keys.shown(.right)) moves by three."
    frame.line(
      frame.content.upperBound - 1,
      Line.note(
        [
          "\(count)  :goto 41  :layer 2  :head 3  :budget 96  :policy laq(m=16)  :theme light  :export kept.json",
          "\(count)  :goto 41  :layer 2  :budget 96  :policy laq(m=16)",
          "\(count)  :goto 41  :policy laq(m=16)",
        ], style: theme[.note], width: frame.width))
  }

  /// The rows of a column, and the columns with their width, in a frame's inside.
  private static func layout(content: Int, width: Int) -> (rows: Int, columns: Int, columnWidth: Int) {
    let columnWidth = width >= 108 ? 36 : width >= 74 ? 37 : max(1, width)
    return (max(1, content - (content < 26 ? 2 : 4)), max(1, width / columnWidth), columnWidth)
  }

  /// A first line after which the list still fills a window.
  static func clamped(_ top: Int, size: Size, keys: KeyTable) -> Int {
    let layout = layout(content: size.height - 5, width: size.width - 4)
    let count = keys.rows.count + Set(keys.rows.map(\.group)).count
    return max(0, min(top, count - layout.rows * layout.columns))
  }

  /// Keys that do nothing in the open view, or without a model, are dim.
  private func line(_ theme: Theme) -> (KeyTable.Binding) -> [Span] {
    { binding in
      let isIdle = !binding.acts(in: state.view) || binding.needsModel && !state.story.hasModel
      return [
        Span(TextWidth.padded(binding.shown, to: 7), theme[isIdle ? .dim : .footerKey]),
        Span(binding.words, theme[isIdle ? .dim : .text]),
      ]
    }
  }
}
