/// A number of columns and rows.
package struct Size: Hashable, Sendable {
  /// Columns.
  package var width: Int
  /// Rows.
  package var height: Int

  /// Makes a size; negative numbers become 0, and both are held to 4,096.
  package init(width: Int, height: Int) {
    self.width = min(max(0, width), 4096)
    self.height = min(max(0, height), 4096)
  }

  /// Reads `120x36`; nil for anything else or an empty size.
  package init?(_ text: String) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]), width > 0, height > 0,
      width <= 4096, height <= 4096
    else { return nil }
    self.init(width: width, height: height)
  }
}

/// A cell's place in a grid, from its upper left corner.
package struct Place: Hashable, Sendable {
  /// The row.
  package var row: Int
  /// The column.
  package var column: Int

  /// Makes a place.
  package init(row: Int, column: Int) { (self.row, self.column) = (row, column) }
}

/// A part of a grid, in cells from its upper left corner.
package struct Rect: Hashable, Sendable {
  /// The leftmost column.
  package var column: Int
  /// The top row.
  package var row: Int
  /// Columns, never negative.
  package var width: Int
  /// Rows, never negative.
  package var height: Int

  /// Makes a rectangle; negative extents become 0.
  package init(column: Int, row: Int, width: Int, height: Int) {
    self.column = column
    self.row = row
    self.width = max(0, width)
    self.height = max(0, height)
  }

  /// Whether the position lies inside.
  package func contains(row: Int, column: Int) -> Bool {
    row >= self.row && row - self.row < height && column >= self.column && column - self.column < width
  }
}
