/// How one cell looks: colours and attributes.
public struct Style: Hashable, Sendable {
  /// The glyph's colour; nil is the terminal's own.
  public var foreground: Color?
  /// The colour behind the glyph; nil is the terminal's own.
  public var background: Color?
  /// Bold.
  public var bold: Bool
  /// Dim.
  public var dim: Bool
  /// Foreground and background exchanged.
  public var reverse: Bool
  /// Underlined.
  public var underline: Bool

  /// Makes a style; everything left out is the terminal's own.
  public init(
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
  public static let plain = Style()

  /// The same style on another background.
  public func on(_ background: Color?) -> Style {
    var copy = self
    copy.background = background
    return copy
  }

  /// This style with the other's attributes added, and its colours where it has any.
  public func with(_ other: Style) -> Style {
    Style(
      foreground: other.foreground ?? foreground, background: other.background ?? background,
      bold: bold || other.bold, dim: dim || other.dim,
      reverse: reverse || other.reverse, underline: underline || other.underline)
  }
}
