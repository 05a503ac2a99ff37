extension Theme {
  /// For dark backgrounds. Fates differ in brightness as well as in hue (blue against orange).
  public static let dark = Theme(
    name: "dark", depth: .palette256, ramp: .heat, ink: .rgb(0xD4, 0xD4, 0xD4), paper: .rgb(0x12, 0x12, 0x12),
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
    name: "light", depth: .palette256, ramp: .heat.reversed, ink: .rgb(0x1A, 0x1A, 0x1A), paper: .rgb(0xFF, 0xFF, 0xFF),
    styles: [
      .dim: color(243), .accent: color(25), .title: Style(foreground: .palette(25), bold: true), .frame: color(248),
      .keptBoth: color(231, 25), .keptActive: color(16, 215), .keptPinned: color(16, 153), .evicted: color(242),
      .window: color(16, 252), .cursor: Style(bold: true, reverse: true), .found: color(16, 227),
      .selected: color(16, 254), .tab: Style(foreground: .palette(16), bold: true), .warning: color(130),
      .error: color(160), .good: color(28), .footerKey: Style(foreground: .palette(25), bold: true),
      .footer: color(240), .status: color(236), .note: color(24),
    ])

  /// For dark backgrounds and eyes that see red and green, or blue and yellow, alike: hues after Okabe and Ito
  /// ("Color Universal Design", 2008), fates that also differ in lightness, and no meaning of red against green.
  public static let colorblind = Theme(
    name: "colorblind", depth: .palette256, ramp: .blueToYellow, ink: .rgb(0xD4, 0xD4, 0xD4),
    paper: .rgb(0x12, 0x12, 0x12),
    styles: [
      .dim: color(245), .accent: Style(foreground: skyBlue), .title: Style(foreground: skyBlue, bold: true),
      .frame: color(240), .keptBoth: Style(foreground: .palette(231), background: .rgb(0, 114, 178)),
      .keptActive: Style(foreground: .palette(16), background: .rgb(230, 159, 0)),
      .keptPinned: Style(foreground: .palette(16), background: .rgb(170, 220, 250)), .evicted: color(244),
      .window: color(255, 239), .cursor: Style(bold: true, reverse: true),
      .found: Style(foreground: .palette(16), background: .rgb(240, 228, 66)), .selected: color(255, 238),
      .tab: Style(foreground: .palette(231), bold: true), .warning: Style(foreground: .rgb(240, 228, 66)),
      .error: Style(foreground: .rgb(230, 120, 50), bold: true), .good: Style(foreground: skyBlue),
      .footerKey: Style(foreground: skyBlue, bold: true), .footer: color(247), .status: color(252), .note: color(109),
    ])

  /// The terminal's own eight colours, whatever they and its background are: text keeps the terminal's own look, and where a
  /// colour means something, both sides of the contrast are given.
  public static let basic = Theme(
    name: "basic", depth: .eight, ramp: .eight, ink: .rgb(0xE5, 0xE5, 0xE5), paper: .rgb(0, 0, 0),
    styles: [
      .dim: Style(dim: true), .accent: Style(bold: true), .title: Style(bold: true), .keptBoth: color(7, 4),
      .keptActive: color(0, 3), .keptPinned: color(0, 6), .evicted: Style(dim: true), .window: Style(reverse: true),
      .cursor: Style(bold: true, reverse: true), .found: color(0, 2), .selected: Style(reverse: true),
      .tab: Style(bold: true), .warning: color(0, 3), .error: color(7, 1), .good: color(0, 2),
      .footerKey: Style(bold: true), .note: Style(dim: true),
    ])

  /// Without colours: attributes only. Drawings are black on white, as on paper.
  public static let mono = Theme(
    name: "mono", depth: .mono, ramp: .grey, ink: .rgb(0x1A, 0x1A, 0x1A), paper: .rgb(0xFF, 0xFF, 0xFF),
    styles: [
      .dim: Style(dim: true), .accent: Style(bold: true), .title: Style(bold: true), .keptBoth: Style(bold: true),
      .keptActive: Style(underline: true), .evicted: Style(dim: true), .cursor: Style(reverse: true),
      .found: Style(reverse: true), .selected: Style(underline: true), .tab: Style(bold: true),
      .warning: Style(bold: true), .error: Style(bold: true, reverse: true), .footerKey: Style(bold: true),
      .note: Style(dim: true),
    ])

  private static let skyBlue = Color.rgb(86, 180, 233)

  private static func color(_ foreground: UInt8, _ background: UInt8? = nil) -> Style {
    Style(foreground: .palette(foreground), background: background.map(Color.palette))
  }
}
