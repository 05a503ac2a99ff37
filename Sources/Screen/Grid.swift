/// A screen as a value: rows of cells. Nothing written outside it has any effect.
package struct Grid: Hashable, Sendable {
  /// Columns and rows.
  package let size: Size
  /// The cell that a person is at, where the terminal puts its cursor even while that is not seen: input
  /// methods, screen readers and braille displays go by it.
  package var caret: Place?
  private var cells: [Cell]  // [row][column]

  /// A grid of blank cells in one style.
  package init(_ size: Size, style: Style = .plain) {
    self.size = size
    cells = Array(repeating: Cell(glyph: " ", width: 1, style: style), count: size.width * size.height)
  }

  /// Columns.
  package var width: Int { size.width }
  /// Rows.
  package var height: Int { size.height }
  /// The whole grid as a rectangle.
  package var bounds: Rect { Rect(column: 0, row: 0, width: width, height: height) }

  /// The cell at a position; blank outside. Setting keeps wide glyphs whole.
  package subscript(row: Int, column: Int) -> Cell {
    get { contains(row, column) ? cells[row * width + column] : .blank }
    set { place(newValue, row: row, column: column, limit: width) }
  }

  /// Puts one cell left of `limit`; a wide glyph that would be cut becomes a space, and one that is
  /// overwritten in half too.
  mutating func place(_ cell: Cell, row: Int, column: Int, limit: Int) {
    guard contains(row, column), !cell.isContinuation else { return }
    let at = row * width + column
    clearHalf(at, column: column)
    guard cell.width == 2 else {
      cells[at] = cell
      return
    }
    guard column + 1 < min(limit, width) else {
      cells[at] = Cell(glyph: " ", width: 1, style: cell.style)
      return
    }
    clearHalf(at + 1, column: column + 1)
    cells[at] = cell
    cells[at + 1] = .continuation(cell.style)
  }

  private mutating func clearHalf(_ at: Int, column: Int) {
    if cells[at].width == 2, column + 1 < width {
      cells[at + 1] = Cell(glyph: " ", width: 1, style: cells[at + 1].style)
    } else if cells[at].isContinuation, column > 0 {
      cells[at - 1] = Cell(glyph: " ", width: 1, style: cells[at - 1].style)
    }
  }

  private func contains(_ row: Int, _ column: Int) -> Bool {
    row >= 0 && row < height && column >= 0 && column < width
  }
}
