import Exploration
import Screen
import Transformer

/// All heads of all layers at a glance, without digits; where the layers have no room below each other, some
/// of them stand beside the others.
struct HeadPicture {
  private let layout: HeadLayout

  /// `nil` where not every head has a cell.
  init?(_ shape: ModelShape, width: Int, height: Int) {
    guard
      let layout = HeadLayout(
        layerCount: shape.layerCount, headCount: shape.queryHeadCount, width: width, height: height)
    else { return nil }
    self.layout = layout
  }

  /// The rows that it takes, its heading among them.
  var height: Int { layout.height }

  func draw(_ cells: HeadCells, into frame: inout Frame, row top: Int) {
    let theme = frame.theme
    let cursor = cells.scene.cursor
    for block in layout.blocks {
      frame.line(top, [Span("L", theme[.dim])], from: block.column + 2)
      for head in layout.namedHeads(besides: cursor.head) {
        let style = theme[head == cursor.head ? .accent : .dim]
        frame.line(
          top, [Span("\(head + 1)", style)],
          from: layout.place(layer: block.layers.lowerBound, head: head).column)
      }
      for layer in block.layers {
        let row = top + layout.place(layer: layer, head: 0).row
        let number = layout.number(layer)
        frame.line(row, [Span(number, theme[layer == cursor.layer ? .accent : .dim])], from: block.column)
        for head in 0..<layout.headCount {
          let column = layout.place(layer: layer, head: head).column
          frame.line(
            row, [cells.shade(layer: layer, head: head, width: layout.cell, frame)], from: column)
          if cells.isSelected(layer: layer, head: head) { frame.focus(row, from: column) }
          frame.mark(.head(layer: layer, head: head), row: row, from: column, width: layout.cell)
        }
      }
    }
  }
}
