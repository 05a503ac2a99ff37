/// The look of every part of a screen by its meaning; a theme is data.
public struct Theme: Hashable, Sendable {
  /// What a cell stands for.
  public enum Role: String, CaseIterable, Hashable, Sendable {
    /// Ordinary text; less important text; what stands out; a view's name; lines.
    case text, dim, accent, title, frame
    /// A token's fate under the active and the pinned policy.
    case keptBoth, keptActive, keptPinned, evicted, window
    /// The cursor; a search hit; a selected row; a tab that is open.
    case cursor, found, selected, tab
    /// Something to beware of; a failure; success.
    case warning, error, good
    /// A key in the footer and its words; the status line; the learner's note.
    case footerKey, footer, status, note
  }

  /// The name that `--theme` takes.
  public let name: String
  /// The ramp for heatmaps.
  public let ramp: Ramp
  /// Whether cells may carry values in their colour; false draws glyphs instead.
  public let hasColor: Bool
  private let styles: [Role: Style]

  /// The style of a role.
  public subscript(role: Role) -> Style { styles[role] ?? .plain }

  /// The theme of that name.
  public static func named(_ name: String) -> Theme? { all.first { $0.name == name } }
  /// Every theme in the order in which `t` goes through them.
  public static let all = [dark, light, mono]

  /// For dark backgrounds. Fates differ in brightness as well as in hue (blue against orange).
  public static let dark = Theme(
    name: "dark", ramp: .heat, hasColor: true,
    styles: [
      .dim: color(245), .accent: color(81), .title: Style(foreground: .palette(81), bold: true), .frame: color(240),
      .keptBoth: color(231, 25), .keptActive: color(16, 214), .keptPinned: color(16, 110), .evicted: color(244),
      .window: color(255, 239), .cursor: Style(bold: true, reverse: true), .found: color(16, 227),
      .selected: color(255, 238), .tab: Style(foreground: .palette(231), bold: true), .warning: color(214),
      .error: color(203), .good: color(114), .footerKey: Style(foreground: .palette(81), bold: true),
      .footer: color(247), .status: color(252), .note: color(109),
    ])

  /// For light backgrounds.
  public static let light = Theme(
    name: "light", ramp: .heat.reversed, hasColor: true,
    styles: [
      .dim: color(243), .accent: color(25), .title: Style(foreground: .palette(25), bold: true), .frame: color(248),
      .keptBoth: color(231, 25), .keptActive: color(16, 215), .keptPinned: color(16, 153), .evicted: color(246),
      .window: color(16, 252), .cursor: Style(bold: true, reverse: true), .found: color(16, 227),
      .selected: color(16, 254), .tab: Style(foreground: .palette(16), bold: true), .warning: color(130),
      .error: color(160), .good: color(28), .footerKey: Style(foreground: .palette(25), bold: true),
      .footer: color(240), .status: color(236), .note: color(24),
    ])

  /// Without colours: attributes only.
  public static let mono = Theme(
    name: "mono", ramp: .grey, hasColor: false,
    styles: [
      .dim: Style(dim: true), .accent: Style(bold: true), .title: Style(bold: true), .keptBoth: Style(bold: true),
      .keptActive: Style(underline: true), .evicted: Style(dim: true), .cursor: Style(reverse: true),
      .found: Style(reverse: true), .selected: Style(underline: true), .tab: Style(bold: true),
      .warning: Style(bold: true), .error: Style(bold: true, reverse: true), .footerKey: Style(bold: true),
      .note: Style(dim: true),
    ])

  private static func color(_ foreground: UInt8, _ background: UInt8? = nil) -> Style {
    Style(foreground: .palette(foreground), background: background.map(Color.palette))
  }
}
