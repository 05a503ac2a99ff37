/// One position of the screen.
public struct Cell: Hashable, Sendable {
  /// A base scalar and at most four combining marks; empty in the right half of a wide glyph.
  public let glyph: String
  /// 1 or 2; 0 in the right half of a wide glyph.
  public let width: Int
  /// Colours and attributes.
  public var style: Style

  /// Makes a cell of the text's first glyph; an empty text is a space, a control character `?`.
  public init(_ text: String, style: Style = .plain) {
    let first = TextWidth.glyphs(of: text).first ?? TextWidth.Glyph(text: " ", width: 1)
    self.init(glyph: first.text, width: first.width, style: style)
  }

  init(glyph: String, width: Int, style: Style) {
    self.glyph = glyph
    self.width = width
    self.style = style
  }

  /// An empty cell in the terminal's own colours.
  public static let blank = Cell(glyph: " ", width: 1, style: .plain)
  /// Whether this is the right half of a wide glyph, where nothing is drawn.
  public var isContinuation: Bool { width == 0 }
  static func continuation(_ style: Style) -> Cell { Cell(glyph: "", width: 0, style: style) }
}
