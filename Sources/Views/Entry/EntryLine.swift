import Screen

/// Draws the line that is being typed, and the completions above it.
struct EntryLine {
  let entry: ViewState.Entry
  let theme: Theme
  let glyphs: GlyphSet

  /// Draws the line; of a long one the part around the cursor.
  func draw(into grid: inout Grid, row: Int) {
    let prompt = visible(entry.prompt)
    let after = visible(entry.line.after)
    let room = grid.width - 2 - TextWidth.of(prompt)
    var before = Array(visible(entry.line.before))
    // Behind the cursor a little stays in sight, so that one sees that there is more.
    let reserve = max(1, min(TextWidth.of(after), room / 4))
    var width = TextWidth.of(String(before))
    while width > max(0, room - reserve), let first = before.first {
      width -= TextWidth.of(String(first))
      before.removeFirst()
    }
    var column = grid.put(
      [Span(prompt, theme[.accent]), Span(String(before), theme[.text])], row: row, column: 1, limit: grid.width - 1)
    if case .replace = entry.purpose { return }
    if case .replaceSession = entry.purpose { return }
    let under = after.first.map(String.init) ?? " "
    column = grid.put([Span(under, theme[.cursor])], row: row, column: column, limit: grid.width)
    grid.put([Span(String(after.dropFirst()), theme[.text])], row: row, column: column, limit: grid.width)
  }

  /// The completions that fit, the selected one among them, and how many there are.
  func candidates(width: Int) -> [Span]? {
    guard let completion = entry.completion else { return nil }
    let labels = completion.candidates.indices.map { visible(completion.label($0)) }
    let count = labels.count > 1 ? " \(completion.selected + 1) of \(labels.count)" : ""
    let room = width - TextWidth.of(count) - 4
    // As many before the selected one as leave room for it.
    var start = completion.selected
    var used = TextWidth.of(labels[start]) + 2
    while start > 0, used + TextWidth.of(labels[start - 1]) + 2 <= room / 2 {
      start -= 1
      used += TextWidth.of(labels[start]) + 2
    }
    var spans = [Span(start > 0 ? "< " : "", theme[.dim])]
    used = 0
    for index in start..<labels.count {
      used += TextWidth.of(labels[index]) + 2
      if used > room, index > completion.selected {
        spans.append(Span(">", theme[.dim]))
        break
      }
      let isSelected = index == completion.selected
      spans.append(Span(labels[index], theme[isSelected ? .cursor : .text]))
      spans.append(Span("  "))
    }
    return spans + [Span(count, theme[.dim])]
  }

  private func visible(_ text: String) -> String { Sanitizer.visible(text, glyphs: glyphs, spaces: false) }
}
