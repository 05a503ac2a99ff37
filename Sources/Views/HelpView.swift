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
    for binding in KeyTable.bindings {
      if groups.last?.0 == binding.group { groups[groups.count - 1].1.append(binding) } else {
        groups.append((binding.group, [binding]))
      }
    }
    let columnWidth = frame.width >= 108 ? 36 : frame.width >= 74 ? 37 : frame.width
    let columnCount = max(1, frame.width / columnWidth)
    let lines = groups.flatMap { name, bindings in
      [[Span(name, theme[.accent])]] + bindings.map(line(theme))
    }
    let gap = frame.content.count < 26 ? 0 : 1
    let area = frame.content.lowerBound + 1 + gap..<frame.content.upperBound - 1 - gap
    let capacity = max(0, area.count) * columnCount
    let top = max(0, min(state.helpTop, lines.count - capacity))
    if lines.count > capacity {
      let more = top + capacity < lines.count ? "j: more" : "k: back"
      frame.grid.put([Span(more, theme[.accent])], row: frame.content.lowerBound, endingAt: frame.right)
    }
    for (index, spans) in lines.dropFirst(top).prefix(capacity).enumerated() {
      frame.grid.put(
        spans, row: area.lowerBound + index % area.count,
        column: frame.left + index / area.count * columnWidth,
        limit: min(frame.right, frame.left + (index / area.count + 1) * columnWidth - 1))
    }
    frame.line(
      frame.content.upperBound - 1,
      Line.note(
        [
          "3l moves by three.  :goto 41  :layer 2  :head 3  :budget 96  :policy laq(m=16)  :theme light  :export kept.json",
          "3l moves by three.  :goto 41  :layer 2  :budget 96  :policy laq(m=16)",
          "3l moves by three.  :goto 41  :policy laq(m=16)",
        ], style: theme[.note], width: frame.width))
  }

  /// A first line within the list, whatever the window's size.
  static func clamped(_ top: Int) -> Int { min(max(0, top), KeyTable.bindings.count) }

  /// Keys that do nothing in the open view are dim.
  private func line(_ theme: Theme) -> (KeyTable.Binding) -> [Span] {
    { binding in
      let isIdle = binding.view != nil && binding.view != state.view
      return [
        Span(TextWidth.padded(binding.shown, to: 7), theme[isIdle ? .dim : .footerKey]),
        Span(binding.words, theme[isIdle ? .dim : .text]),
      ]
    }
  }
}
