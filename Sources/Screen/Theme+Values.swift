extension Theme {
  /// For dark backgrounds. Fates differ in brightness as well as in hue (blue against orange).
  package static let dark = Theme(
    name: "dark", depth: .palette256, ramp: .heat, ink: .rgb(0xD4, 0xD4, 0xD4), paper: .rgb(0x12, 0x12, 0x12),
    styles: darkText([
      .accent: color(81), .title: bold(81), .keptBoth: color(231, 25), .keptActive: color(16, 214),
      .keptPinned: color(16, 110), .found: color(16, 227), .warning: color(214), .error: color(209),
      .good: color(114),
      .footerKey: bold(81),
    ]))

  /// For light backgrounds.
  package static let light = Theme(
    name: "light", depth: .palette256, ramp: .heat.reversed, ink: .rgb(0x1A, 0x1A, 0x1A),
    paper: .rgb(0xFF, 0xFF, 0xFF),
    styles: lightText([
      .accent: color(25), .title: bold(25), .keptBoth: color(231, 25), .keptActive: color(16, 215),
      .keptPinned: color(16, 153), .found: color(16, 227), .warning: color(94), .error: color(124),
      .good: color(22),
      .footerKey: bold(25),
    ]))

  /// For dark backgrounds and eyes that see red and green, or blue and yellow, alike: hues after Okabe and
  /// Ito ("Color Universal Design", 2008), fates that also differ in lightness, and no meaning of red against
  /// green.
  package static let colorblind = Theme(
    name: "colorblind", depth: .palette256, ramp: .blueToYellow, ink: .rgb(0xD4, 0xD4, 0xD4),
    paper: .rgb(0x12, 0x12, 0x12),
    styles: darkText([
      .accent: Style(foreground: skyBlue), .title: Style(foreground: skyBlue, bold: true),
      .keptBoth: Style(foreground: .palette(231), background: .rgb(0, 114, 178)),
      .keptActive: Style(foreground: .palette(16), background: .rgb(230, 159, 0)),
      .keptPinned: Style(foreground: .palette(16), background: .rgb(170, 220, 250)),
      .found: Style(foreground: .palette(16), background: .rgb(240, 228, 66)),
      .warning: Style(foreground: .rgb(240, 228, 66)),
      .error: Style(foreground: .rgb(255, 140, 80), bold: true),
      .good: Style(foreground: skyBlue), .footerKey: Style(foreground: skyBlue, bold: true),
    ]))

  /// The same for light backgrounds: text is dark enough for white, and a failure is the darkest of the
  /// signals.
  package static let colorblindLight = Theme(
    name: "colorblind-light", depth: .palette256, ramp: .blueToYellow.reversed, ink: .rgb(0x1A, 0x1A, 0x1A),
    paper: .rgb(0xFF, 0xFF, 0xFF),
    styles: lightText([
      .accent: Style(foreground: deepBlue), .title: Style(foreground: deepBlue, bold: true),
      .keptBoth: Style(foreground: .palette(231), background: .rgb(0, 114, 178)),
      .keptActive: Style(foreground: .palette(16), background: .rgb(230, 159, 0)),
      .keptPinned: Style(foreground: .palette(16), background: .rgb(150, 210, 250)), .window: color(231, 240),
      .found: Style(foreground: .palette(16), background: .rgb(240, 228, 66)), .warning: color(94),
      .error: bold(52),
      .good: Style(foreground: deepBlue), .footerKey: Style(foreground: deepBlue, bold: true),
    ]))

  /// The terminal's own eight colours, whatever they and its background are: text keeps the terminal's own
  /// look, and where a colour means something, both sides of the contrast are given. Nothing is dim: half of
  /// an unknown contrast may be none.
  package static let basic = Theme(
    name: "basic", depth: .eight, ramp: .eight, ink: .rgb(0xE5, 0xE5, 0xE5), paper: .rgb(0, 0, 0),
    styles: [
      .accent: Style(bold: true), .title: Style(bold: true), .keptBoth: color(7, 4), .keptActive: color(0, 3),
      .keptPinned: color(0, 6), .window: Style(underline: true), .cursor: Style(reverse: true),
      .found: color(0, 2), .selected: Style(reverse: true), .tab: Style(bold: true), .warning: color(0, 3),
      .error: color(7, 1), .good: color(0, 2), .footerKey: Style(bold: true),
    ])

  /// Without colours: attributes only. Drawings are black on white, as on paper.
  package static let mono = Theme(
    name: "mono", depth: .mono, ramp: .grey, ink: .rgb(0x1A, 0x1A, 0x1A), paper: .rgb(0xFF, 0xFF, 0xFF),
    styles: [
      .accent: Style(bold: true), .title: Style(bold: true), .keptBoth: Style(bold: true),
      .keptActive: Style(underline: true), .keptPinned: Style(bold: true, underline: true),
      .cursor: Style(reverse: true),
      .found: Style(reverse: true), .selected: Style(underline: true), .tab: Style(bold: true),
      .warning: Style(bold: true), .error: Style(bold: true, reverse: true), .footerKey: Style(bold: true),
    ])

  /// What dark themes share. The open tab and the status have the terminal's own colour, so that they are
  /// read on any background, also where the theme is not the one for it.
  private static func darkText(_ own: [Role: Style]) -> [Role: Style] {
    let shared: [Role: Style] = [
      .dim: color(247), .frame: color(240), .evicted: color(246), .window: color(255, 239),
      .cursor: Style(bold: true, reverse: true), .selected: color(255, 238), .tab: Style(bold: true),
      .footer: color(248), .note: color(109),
    ]
    return shared.merging(own) { $1 }
  }

  /// What light themes share.
  private static func lightText(_ own: [Role: Style]) -> [Role: Style] {
    let shared: [Role: Style] = [
      .dim: color(241), .frame: color(248), .evicted: color(241), .window: color(16, 252),
      .cursor: Style(bold: true, reverse: true), .selected: color(16, 254), .tab: Style(bold: true),
      .footer: color(240), .note: color(24),
    ]
    return shared.merging(own) { $1 }
  }

  private static let skyBlue = Color.rgb(86, 180, 233)
  private static let deepBlue = Color.rgb(0, 90, 150)

  private static func color(_ foreground: UInt8, _ background: UInt8? = nil) -> Style {
    Style(foreground: .palette(foreground), background: background.map(Color.palette))
  }

  private static func bold(_ foreground: UInt8) -> Style {
    Style(foreground: .palette(foreground), bold: true)
  }
}
