import Screen

/// What stands over the heatmap's columns: positions, the token at the cursor, and at the closest zoom every
/// column's word.
struct HeatmapAxis {
  private let scene: Scene
  private let columns: HeatmapColumns
  /// Columns before the map.
  private let gutter: Int

  init(_ scene: Scene, _ columns: HeatmapColumns, gutter: Int) {
    (self.scene, self.columns, self.gutter) = (scene, columns, gutter)
  }

  /// Two lines, from a row on.
  func draw(into frame: inout Frame, row: Int) {
    frame.line(row, [Span("key position", frame.theme[.dim])])
    let width = columns.cellWidth
    for cell in stride(from: 0, to: columns.count, by: width > 1 ? 2 : 12) {
      let label = String(columns.keys(cell).lowerBound)
      guard cell * width + label.count <= columns.count * width else { continue }
      frame.line(row, [Span(label, frame.theme[.dim])], from: gutter + cell * width)
      if width == 1 {
        frame.line(row + 1, [Span(frame.glyphs.teeDown, frame.theme[.frame])], from: gutter + cell)
      }
    }
    let pieces = scene.display.texts.text(
      scene.run.prompt, glyphs: frame.glyphs, showsSpaces: !frame.theme.hasColor
    ).pieces
    if width > 1 {
      for cell in 0..<columns.count {
        let key = columns.keys(cell).lowerBound
        let word = TextWidth.clipped(pieces[key].text, to: width - 1, ellipsis: frame.glyphs.ellipsis)
        let style = frame.theme[key == scene.cursor.position ? .cursor : .text]
        frame.line(row + 1, [Span(word, style)], from: gutter + cell * width)
      }
    } else if let cell = columns.cell(of: scene.cursor.position) {
      frame.line(row + 1, [Span(frame.glyphs.down, frame.theme[.accent])], from: gutter + cell)
      // At one token per cell the token itself has room beside the arrow.
      guard columns.keysPerCell == 1 else { return }
      let word = " \"\(TextWidth.clipped(pieces[scene.cursor.position].text, to: 16))\" "
      let length = TextWidth.of(word)
      let isBehind = cell + 1 + length <= columns.count
      guard isBehind || cell >= length else { return }
      frame.line(
        row + 1, [Span(word, frame.theme[.accent])], from: gutter + (isBehind ? cell + 1 : cell - length))
    }
  }
}
