/// How one cell looks: colours and attributes.
package struct Style: Hashable, Sendable {
  /// The glyph's colour; nil is the terminal's own.
  package var foreground: Color?
  /// The colour behind the glyph; nil is the terminal's own.
  package var background: Color?
  /// Bold.
  package var bold: Bool
  /// Dim.
  package var dim: Bool
  /// Foreground and background exchanged.
  package var reverse: Bool
  /// Underlined.
  package var underline: Bool

  /// Makes a style; everything left out is the terminal's own.
  package init(
    foreground: Color? = nil, background: Color? = nil, bold: Bool = false, dim: Bool = false,
    reverse: Bool = false, underline: Bool = false
  ) {
    self.foreground = foreground
    self.background = background
    self.bold = bold
    self.dim = dim
    self.reverse = reverse
    self.underline = underline
  }

  /// The terminal's own look.
  package static let plain = Style()

  /// The same style on another background.
  package func on(_ background: Color?) -> Style {
    var copy = self
    copy.background = background
    return copy
  }

  /// This style with the other's attributes added, and its colours where it has any.
  package func with(_ other: Style) -> Style {
    Style(
      foreground: other.foreground ?? foreground, background: other.background ?? background,
      bold: bold || other.bold, dim: dim || other.dim,
      reverse: reverse || other.reverse, underline: underline || other.underline)
  }
}
