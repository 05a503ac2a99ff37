/// A glyph that is a figure and not a letter: drawn as rectangles in a cell of one by one, so that a drawing
/// looks the same with every font and lines meet from cell to cell.
struct CellShape: Hashable {
  /// A filled part of the cell, in shares of its width and height from the upper left corner.
  struct Part: Hashable {
    let x: Double, y: Double, width: Double, height: Double
  }

  let parts: [Part]
  /// 1 for full blocks and lines; less for shades.
  let opacity: Double
  /// Whether equal neighbours in a row can be drawn as one.
  let joins: Bool

  /// The figure of a glyph; `nil` for letters.
  init?(_ glyph: String) {
    guard let shape = Self.shapes[glyph] else { return nil }
    self = shape
  }

  private init(_ parts: [Part], opacity: Double = 1, joins: Bool = true) {
    (self.parts, self.opacity, self.joins) = (parts, opacity, joins)
  }

  private static let shapes: [String: CellShape] = {
    var shapes: [String: CellShape] = [:]
    let whole = Part(x: 0, y: 0, width: 1, height: 1)
    for (glyph, opacity) in [("░", 0.25), ("▒", 0.5), ("▓", 0.75), ("█", 1)] {
      shapes[glyph] = CellShape([whole], opacity: opacity)
    }
    for (index, glyph) in ["▁", "▂", "▃", "▄", "▅", "▆", "▇"].enumerated() {
      let height = Double(index + 1) / 8
      shapes[glyph] = CellShape([Part(x: 0, y: 1 - height, width: 1, height: height)])
    }
    shapes["▀"] = CellShape([Part(x: 0, y: 0, width: 1, height: 0.5)])
    // Lines from the middle to the sides that they reach; a cell is twice as high as it is wide.
    let left = Part(x: 0, y: 0.47, width: 0.56, height: 0.06),
      right = Part(x: 0.44, y: 0.47, width: 0.56, height: 0.06)
    let up = Part(x: 0.44, y: 0, width: 0.12, height: 0.53),
      down = Part(x: 0.44, y: 0.47, width: 0.12, height: 0.53)
    let across = Part(x: 0, y: 0.47, width: 1, height: 0.06),
      along = Part(x: 0.44, y: 0, width: 0.12, height: 1)
    shapes["─"] = CellShape([across])
    shapes["━"] = CellShape([Part(x: 0, y: 0.44, width: 1, height: 0.12)])
    for (glyph, parts) in [
      ("│", [along]), ("┌", [right, down]), ("┐", [left, down]), ("└", [right, up]), ("┘", [left, up]),
      ("├", [along, right]), ("┤", [along, left]), ("┬", [across, down]), ("┴", [across, up]),
      ("┼", [across, along]),
    ] {
      shapes[glyph] = CellShape(parts, joins: false)
    }
    return shapes
  }()
}
