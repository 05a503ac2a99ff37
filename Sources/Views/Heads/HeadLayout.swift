import Screen

/// Where the heads of all layers stand in a picture: a row for each layer, in several blocks beside each
/// other where not all have room below each other.
package struct HeadLayout {
  /// Some layers below each other.
  package struct Block {
    /// Its layers.
    package let layers: Range<Int>
    /// Its first column.
    package let column: Int
  }

  /// Columns of a head.
  package let cell: Int
  /// Heads of a layer.
  package let headCount: Int
  /// The blocks, from the left.
  package let blocks: [Block]
  private let rows: Int
  /// Columns of a layer's number.
  private static let gutter = 4
  /// Columns between two blocks.
  private static let gap = 1

  /// `nil` where not every head has a cell.
  /// - Parameter widest: columns of a head at most.
  package init?(layerCount: Int, headCount: Int, width: Int, height: Int, widest: Int = 3) {
    let visible = height - 1
    guard visible > 0, layerCount > 0, headCount > 0 else { return nil }
    let count = (layerCount + visible - 1) / visible
    rows = (layerCount + count - 1) / count
    cell = min(widest, (width / count - Self.gutter - Self.gap) / headCount)
    guard cell >= 1 else { return nil }
    self.headCount = headCount
    let (rows, blockWidth) = (rows, Self.gutter + headCount * cell + Self.gap)
    blocks = (0..<count).filter { $0 * rows < layerCount }.map {
      Block(layers: $0 * rows..<min(($0 + 1) * rows, layerCount), column: $0 * blockWidth)
    }
  }

  /// The rows that it takes, a heading among them.
  package var height: Int { rows + 1 }
  /// The columns that it takes.
  package var width: Int { blocks.count * (Self.gutter + headCount * cell + Self.gap) - Self.gap }

  /// Where a head stands, from the heading's row on.
  package func place(layer: Int, head: Int) -> (row: Int, column: Int) {
    let block = blocks[layer / rows]
    return (1 + layer - block.layers.lowerBound, block.column + Self.gutter + head * cell)
  }

  /// A layer's number as it stands before its row.
  package func number(_ layer: Int) -> String {
    TextWidth.padded(String(layer + 1), to: Self.gutter - 1, right: true)
  }

  /// Heads whose numbers have room above them: every fifth, and the chosen one where cells are wide.
  package func namedHeads(besides chosen: Int) -> [Int] {
    (0..<headCount).filter { $0 % 5 == 0 || $0 == chosen && cell == 3 }
  }
}
