import Screen

/// Draws the line that is being typed, and the completions above it.
struct EntryLine {
  let entry: ViewState.Entry
  let theme: Theme
  let glyphs: GlyphSet

  /// Draws the line; of a long one the part around the cursor, and nothing else of it is looked at: a paste
  /// may be long.
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
    if entry.isQuestion { return }
    let under = after.first.map(String.init) ?? " "
    column = grid.put([Span(under, theme[.cursor])], row: row, column: column, limit: grid.width)
    grid.put([Span(String(after.dropFirst()), theme[.text])], row: row, column: column, limit: grid.width)
  }

  /// The completions, on as many lines as they need and there are, the selected one among them; and how many
  /// there are.
  func candidates(width: Int, limit: Int) -> [[Span]]? {
    guard let completion = entry.completion else { return nil }
    let labels = completion.candidates.indices.map {
      TextWidth.clipped(visible(completion.label($0)), to: max(1, width - 2), ellipsis: glyphs.ellipsis)
    }
    let count = labels.count > 1 ? "\(completion.selected + 1) of \(labels.count)" : ""
    var lines: [[Span]] = [[]]
    var used = 0
    var chosenLine = 0
    for (index, label) in labels.enumerated() {
      let length = TextWidth.of(label)
      if used > 0, used + length > width {
        lines.append([])
        used = 0
      }
      let isSelected = index == completion.selected
      if isSelected { chosenLine = lines.count - 1 }
      lines[lines.count - 1] += [Span(label, theme[isSelected ? .cursor : .text]), Span("  ")]
      used += length + 2
    }
    if !count.isEmpty {
      if used + TextWidth.of(count) > width { lines.append([]) }
      lines[lines.count - 1].append(Span(count, theme[.dim]))
    }
    let limit = max(1, limit)
    guard lines.count > limit else { return lines }
    // Where not all have room, how many there are is said in the first line's stead.
    let room = max(1, limit - 1)
    let first = max(0, min(chosenLine - room / 2, lines.count - room))
    let shown = Array(lines[first..<first + room])
    guard limit > 1 else { return shown }
    let words = "\(count), lines \(first + 1)\(glyphs.dash)\(first + room) of \(lines.count)"
    return [[Span(words, theme[.dim])]] + shown
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
