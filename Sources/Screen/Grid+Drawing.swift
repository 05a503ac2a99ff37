/// A piece of text in one style; lines are made of several.
package struct Span: Hashable, Sendable {
  /// What is written; control characters show as `?`, so foreign text goes through `Sanitizer` first.
  package var text: String
  /// How it looks.
  package var style: Style

  /// Makes a piece of text.
  package init(_ text: String, _ style: Style = .plain) {
    self.text = text
    self.style = style
  }

  /// Columns.
  package var width: Int { TextWidth.of(text) }
}

extension Grid {
  /// Writes text from a position to at most column `limit` (exclusive; the grid's edge if nil); returns the
  /// column after it.
  ///
  /// A start left of the grid is allowed: what lies outside is left out, and a wide glyph cut by an edge
  /// leaves a space.
  @discardableResult
  package mutating func put(
    _ text: String, row: Int, column: Int, style: Style = .plain, limit: Int? = nil
  ) -> Int {
    let limit = min(limit ?? width, width)
    var column = column
    for glyph in TextWidth.glyphs(of: text) {
      if column >= limit { break }
      if column == -1, glyph.width == 2 {
        place(Cell(glyph: " ", width: 1, style: style), row: row, column: 0, limit: limit)
      } else {
        place(
          Cell(glyph: glyph.text, width: glyph.width, style: style), row: row, column: column, limit: limit)
      }
      column += glyph.width
    }
    return min(column, max(limit, 0))
  }

  /// Writes several pieces one after the other; returns the column after the last.
  @discardableResult
  package mutating func put(_ spans: [Span], row: Int, column: Int, limit: Int? = nil) -> Int {
    spans.reduce(column) { put($1.text, row: row, column: $0, style: $1.style, limit: limit) }
  }

  /// Writes text that ends before column `end`; never starts left of `start`.
  package mutating func put(_ spans: [Span], row: Int, endingAt end: Int, from start: Int = 0) {
    put(spans, row: row, column: max(start, end - spans.reduce(0) { $0 + $1.width }), limit: end)
  }

  /// Fills a rectangle with one glyph of width 1.
  package mutating func fill(_ rect: Rect, with glyph: String = " ", style: Style = .plain) {
    let made = Cell(glyph, style: style)
    let cell = made.width == 1 ? made : Cell(glyph: " ", width: 1, style: style)
    let rows = max(0, rect.row)..<max(max(0, rect.row), min(height, rect.row + rect.height))
    let columns = max(0, rect.column)..<max(max(0, rect.column), min(width, rect.column + rect.width))
    for row in rows {
      for column in columns { place(cell, row: row, column: column, limit: width) }
    }
  }

  /// A horizontal line; `joined` ends it with tees in the sides of a box.
  package mutating func rule(
    row: Int, column: Int, width: Int, glyphs: GlyphSet, style: Style = .plain, joined: Bool = false
  ) {
    fill(Rect(column: column, row: row, width: width, height: 1), with: glyphs.horizontal, style: style)
    guard joined, width > 1 else { return }
    put(glyphs.teeRight, row: row, column: column, style: style)
    put(glyphs.teeLeft, row: row, column: column + width - 1, style: style)
  }

  /// A box with words in its upper line, as in `┌─ laq-tui sample.txt ──── LAQ B=256 ─┐`. Its inside is left
  /// alone.
  ///
  /// Where both do not fit, the right words go first.
  package mutating func box(
    _ rect: Rect, glyphs: GlyphSet, style: Style = .plain, title: [Span] = [], trailing: [Span] = []
  ) {
    guard rect.width > 1, rect.height > 1 else { return }
    let right = rect.column + rect.width - 1, bottom = rect.row + rect.height - 1
    rule(row: rect.row, column: rect.column, width: rect.width, glyphs: glyphs, style: style)
    rule(row: bottom, column: rect.column, width: rect.width, glyphs: glyphs, style: style)
    let side = Rect(column: rect.column, row: rect.row, width: 1, height: rect.height)
    fill(side, with: glyphs.vertical, style: style)
    fill(
      Rect(column: right, row: rect.row, width: 1, height: rect.height), with: glyphs.vertical, style: style)
    put(glyphs.topLeft, row: rect.row, column: rect.column, style: style)
    put(glyphs.topRight, row: rect.row, column: right, style: style)
    put(glyphs.bottomLeft, row: bottom, column: rect.column, style: style)
    put(glyphs.bottomRight, row: bottom, column: right, style: style)
    var next = rect.column + 2
    if !title.isEmpty {
      next = put([Span(" ")] + title + [Span(" ")], row: rect.row, column: next, limit: right - 1)
    }
    let words = [Span(" ")] + trailing + [Span(" ")]
    let length = words.reduce(0) { $0 + $1.width }
    if !trailing.isEmpty, next + 1 + length <= right - 1 {
      put(words, row: rect.row, endingAt: right - 1, from: next + 1)
    }
  }
}
