import Exploration
import Screen
import Transformer

/// All heads of all layers at a glance, without digits; where the layers have no room below each other, some of
/// them stand beside the others.
struct HeadPicture {
  /// Columns of a head.
  private let cell: Int
  /// Layers below each other, and how many such blocks stand side by side.
  private let rows: Int, blocks: Int
  private let shape: ModelShape
  /// Columns of a layer's number.
  private static let gutter = 4
  /// Columns between two blocks.
  private static let gap = 1

  /// `nil` where not every head has a cell.
  init?(_ shape: ModelShape, width: Int, height: Int) {
    let visible = height - 1
    guard visible > 0, shape.layerCount > 0, shape.queryHeadCount > 0 else { return nil }
    self.shape = shape
    blocks = (shape.layerCount + visible - 1) / visible
    rows = (shape.layerCount + blocks - 1) / blocks
    cell = min(3, (width / blocks - Self.gutter - Self.gap) / shape.queryHeadCount)
    guard cell >= 1 else { return nil }
  }

  /// The rows that it takes, its heading among them.
  var height: Int { rows + 1 }

  func draw(_ cells: HeadCells, into frame: inout Frame, row top: Int) {
    let theme = frame.theme
    let cursor = cells.scene.cursor
    let width = Self.gutter + shape.queryHeadCount * cell + Self.gap
    for block in 0..<blocks where block * rows < shape.layerCount {
      let left = block * width
      frame.line(top, [Span("L", theme[.dim])], from: left + 2)
      // Heads without room for a name are named by every fifth.
      for head in 0..<shape.queryHeadCount where head % 5 == 0 || head == cursor.head && cell == 3 {
        let style = theme[head == cursor.head ? .accent : .dim]
        frame.line(top, [Span("\(head + 1)", style)], from: left + Self.gutter + head * cell)
      }
      for layer in block * rows..<min((block + 1) * rows, shape.layerCount) {
        let row = top + 1 + layer - block * rows
        let number = TextWidth.padded(String(layer + 1), to: Self.gutter - 1, right: true)
        frame.line(row, [Span(number, theme[layer == cursor.layer ? .accent : .dim])], from: left)
        for head in 0..<shape.queryHeadCount {
          let column = left + Self.gutter + head * cell
          frame.line(row, [cells.shade(layer: layer, head: head, width: cell, frame)], from: column)
          if cells.isSelected(layer: layer, head: head) { frame.focus(row, from: column) }
          frame.mark(.head(layer: layer, head: head), row: row, from: column, width: cell)
        }
      }
    }
  }
}
