/// One position of the screen.
package struct Cell: Hashable, Sendable {
  /// A base scalar and at most four combining marks; empty in the right half of a wide glyph.
  package let glyph: String
  /// 1 or 2; 0 in the right half of a wide glyph.
  package let width: Int
  /// Colours and attributes.
  package var style: Style

  /// Makes a cell of the text's first glyph; an empty text is a space, a control character `?`.
  package init(_ text: String, style: Style = .plain) {
    let first = TextWidth.glyphs(of: text).first ?? TextWidth.Glyph(text: " ", width: 1)
    self.init(glyph: first.text, width: first.width, style: style)
  }

  init(glyph: String, width: Int, style: Style) {
    self.glyph = glyph
    self.width = width
    self.style = style
  }

  /// An empty cell in the terminal's own colours.
  package static let blank = Cell(glyph: " ", width: 1, style: .plain)
  /// Whether this is the right half of a wide glyph, where nothing is drawn.
  package var isContinuation: Bool { width == 0 }
  static func continuation(_ style: Style) -> Cell { Cell(glyph: "", width: 0, style: style) }
}
