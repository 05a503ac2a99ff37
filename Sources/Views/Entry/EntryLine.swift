import Screen

/// Draws the line that is being typed, and the completions above it.
struct EntryLine {
  let entry: ViewState.Entry
  let theme: Theme
  let glyphs: GlyphSet

  /// Draws the line; of a long one the part around the cursor, and nothing else of it is looked at: a paste may be long.
  func draw(into grid: inout Grid, row: Int) {
    let prompt = visible(entry.prompt)
    let room = grid.width - 2 - TextWidth.of(prompt)
    let after = visible(String(entry.line.after.prefix(max(1, room))))
    // Behind the cursor a little stays in sight, so that one sees that there is more.
    let reserve = max(1, min(TextWidth.of(after), room / 4))
    let before = end(of: entry.line.before, width: room - reserve)
    var column = grid.put(
      [Span(prompt, theme[.accent]), Span(before, theme[.text])], row: row, column: 1, limit: grid.width - 1)
    grid.caret = Place(row: row, column: min(column, max(0, grid.width - 1)))
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

  /// As much of a text's end as has room, as it is written on screens.
  private func end(of text: String, width: Int) -> String {
    var shown: [String] = []
    var used = 0
    for character in text.reversed() {
      let piece = visible(String(character))
      used += TextWidth.of(piece)
      guard used <= width else { break }
      shown.append(piece)
    }
    return shown.reversed().joined()
  }

  private func visible(_ text: String) -> String { Sanitizer.visible(text, glyphs: glyphs, spaces: false) }
}
