import Testing

@testable import Screen

extension Theme: CustomTestStringConvertible {
  /// The theme's name, for the test's output.
  public var testDescription: String { name }
}

/// Themes are data, so that what they promise can be computed.
@Suite struct ThemeTests {
  static let coloured = Theme.all.filter(\.hasColor)

  /// A colour as a terminal of that depth shows it.
  private static func shown(_ color: Color, at depth: ColorDepth) -> Color {
    switch depth {
    case .mono: color
    case .eight: .palette(color.nearest8)
    case .palette256: .palette(color.nearest256)
    case .rgb: color
    }
  }

  private func depths(_ theme: Theme) -> [ColorDepth] {
    [ColorDepth.eight, .palette256, .rgb].filter { $0 >= theme.depth }
  }

  /// What terminals of either kind commonly have behind text, beside the theme's own paper.
  private static func papers(_ theme: Theme) -> [Color] {
    if theme.depth < .palette256 { return [.palette(0), .palette(15)] }
    let common: [Color] =
      theme.paper.luminance > 0.5
      ? [.rgb(0xFF, 0xFF, 0xFF), .rgb(0xFA, 0xFA, 0xFA), .rgb(0xFD, 0xF6, 0xE3)]
      : [.rgb(0, 0, 0), .rgb(0x1E, 0x1E, 0x1E), .rgb(0x28, 0x2C, 0x34)]
    return [theme.paper] + common
  }

  /// Every style that a view draws text in: each role, roles laid over fates, and the ramp's grounds.
  private static func pairs(_ theme: Theme) -> [(name: String, style: Style)] {
    let roles = Theme.Role.allCases.filter { $0 != .frame }
    var pairs = roles.map { ($0.rawValue, theme[$0]) }
    for fate in [Theme.Role.text, .keptBoth, .keptActive, .keptPinned, .evicted, .window] {
      for above in [[Theme.Role.found], [.cursor], [.found, .cursor]] {
        pairs.append(("\(fate) under \(above)", above.reduce(theme[fate]) { $0.with(theme[$1]) }))
      }
    }
    pairs.append(("first difference", theme[.error].with(Style(reverse: true))))
    for step in 0..<theme.ramp.count {
      let ground = theme.ramp.ground((Double(step) + 0.5) / Double(theme.ramp.count))
      pairs.append(("ramp \(step)", ground))
      pairs.append(("chosen ramp \(step)", ground.with(Style(underline: true))))
    }
    return pairs
  }

  /// Ink and ground of a style as they are seen: exchanged, and dimmed to half as some terminals do. Bold
  /// makes some terminals take the bright one of the first eight colours.
  private static func seen(_ style: Style, ink: Color, paper: Color, at depth: ColorDepth, brightens: Bool)
    -> (Color, Color)
  {
    // What the terminal has by itself it shows as it is.
    var front = style.foreground.map { shown($0, at: depth) } ?? ink,
      back = style.background.map { shown($0, at: depth) } ?? paper
    if brightens, style.bold, let given = style.foreground,
      case .palette(let index) = shown(given, at: depth), index < 8
    {
      front = .palette(index + 8)
    }
    if style.reverse { (front, back) = (back, front) }
    if style.dim {
      let (a, b) = (front.components, back.components)
      func middle(_ a: Int, _ b: Int) -> UInt8 { UInt8((a + b) / 2) }
      front = .rgb(middle(a.red, b.red), middle(a.green, b.green), middle(a.blue, b.blue))
    }
    return (front, back)
  }

  /// 4.5 is what WCAG 2.2 asks of text; frames are no text.
  @Test(arguments: Theme.all) func everyTextIsReadOnEveryGround(_ theme: Theme) {
    for depth in theme.hasColor ? depths(theme) : [.mono] {
      for paper in Self.papers(theme) {
        // A terminal that chooses its own background chooses text that is read on it.
        let ink = theme.depth < .palette256 ? paper.legibleInk : theme.ink
        for (name, style) in Self.pairs(theme) {
          for brightens in [false, true] {
            let (front, back) = Self.seen(style, ink: ink, paper: paper, at: depth, brightens: brightens)
            #expect(front.contrast(with: back) >= 4.5, "\(name) of \(theme.name) in \(depth) on \(paper.css)")
          }
        }
      }
    }
  }

  /// The measure can fail: half of black on white is grey.
  @Test func dimTextIsFoundTooPale() {
    let (front, back) = Self.seen(
      Style(dim: true), ink: .palette(16), paper: .palette(231), at: .palette256, brightens: false)
    #expect(front.contrast(with: back) < 4.5)
  }

  /// A ramp means more by each step in one direction: up on dark grounds, down on light ones.
  @Test(arguments: coloured) func rampsAreMonotoneInLightness(_ theme: Theme) {
    for depth in depths(theme) {
      let steps = theme.ramp.indices.map { Self.shown(.palette($0), at: depth).lightness }
      let changes = zip(steps, steps.dropFirst()).map { theme.highIsBright ? $1 - $0 : $0 - $1 }
      #expect(changes.allSatisfy { $0 >= 1.5 }, "\(theme.name) in \(depth): \(steps)")
      #expect(theme.highIsBright == (theme.paper.luminance < 0.5))
    }
  }

  @Test(arguments: [Theme.colorblind, .colorblindLight]) func fatesAreToldApartByEveryEye(_ theme: Theme) {
    let fates: [Theme.Role] = [.keptBoth, .keptActive, .keptPinned, .evicted, .window]
    for depth in depths(theme) {
      let grounds = fates.map { Self.shown(theme[$0].background ?? theme.paper, at: depth) }
      for vision in ColorVision.allCases {
        for (index, one) in grounds.enumerated() {
          for (offset, other) in grounds[(index + 1)...].enumerated() {
            let difference = vision.difference(one, other)
            #expect(difference >= 20, "\(fates[index]) and \(fates[index + 1 + offset]): \(vision), \(depth)")
          }
        }
      }
    }
  }

  @Test(arguments: [Theme.colorblind, .colorblindLight]) func successAndFailureAreToldApartByEveryEye(
    _ theme: Theme
  ) {
    for depth in depths(theme) {
      let colors = [Theme.Role.good, .warning, .error].map {
        Self.shown(theme[$0].foreground ?? theme.ink, at: depth)
      }
      for vision in ColorVision.allCases {
        #expect(vision.difference(colors[0], colors[1]) >= 20, "\(vision), \(depth)")
        #expect(vision.difference(colors[0], colors[2]) >= 20, "\(vision), \(depth)")
        #expect(vision.difference(colors[1], colors[2]) >= 20, "\(vision), \(depth)")
      }
    }
  }

  /// The measure can fail: red and green of the dark theme are alike to eyes without green cones.
  @Test func theMeasureFindsWhatIsAlike() throws {
    let good = try #require(Theme.dark[.good].foreground), error = try #require(Theme.dark[.error].foreground)
    #expect(ColorVision.full.difference(good, error) > 80)
    #expect(ColorVision.deuteranopia.difference(good, error) < 20)
  }

  @Test(arguments: ColorVision.allCases) func theRampGrowsLighterForEveryEye(_ vision: ColorVision) {
    let ramp = Ramp.blueToYellow
    let steps = ramp.indices.map { vision.lab(.palette($0)).lightness }
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $1 - $0 >= 4 }, "\(steps)")
  }

  @Test func fewerColoursOfferFewerThemes() {
    #expect(Theme.available(at: .mono).map(\.name) == ["mono"])
    #expect(Theme.available(at: .eight).map(\.name) == ["basic", "mono"])
    #expect(Theme.available(at: .palette256) == Theme.all && Theme.available(at: .rgb) == Theme.all)
    #expect(Theme.chosen(nil, at: .palette256) == .dark && Theme.chosen("light", at: .palette256) == .light)
    #expect(
      Theme.chosen(nil, at: .palette256, on: .light) == .light
        && Theme.chosen(nil, at: .eight, on: .light) == .basic)
    #expect(Theme.chosen("colorblind", at: .rgb, on: .light) == .colorblindLight)
    #expect(Theme.chosen("colorblind", at: .rgb, on: .dark) == .colorblind)
    #expect(Theme.chosen("dark", at: .rgb, on: .light) == .dark, "what is asked for by name is what one gets")
    #expect(Theme.chosen("light", at: .eight) == .basic && Theme.chosen("light", at: .mono) == .mono)
    #expect(Set(Theme.all.map(\.name)).count == Theme.all.count)
  }

  /// Eight colours are enough for everything that the theme for them uses.
  @Test func theBasicThemeHasTheTerminalsOwnColours() {
    for role in Theme.Role.allCases {
      for color in [Theme.basic[role].foreground, Theme.basic[role].background].compactMap({ $0 }) {
        guard case .palette(let index) = color else {
          Issue.record("\(role.rawValue) has a colour of its own")
          continue
        }
        #expect(index < 8)
      }
    }
  }

  /// Fates differ in every theme, by colours or by attributes.
  @Test(arguments: Theme.all) func noTwoFatesLookAlike(_ theme: Theme) {
    let kept = [Theme.Role.keptBoth, .keptActive, .keptPinned, .evicted].map { theme[$0] }
    #expect(Set(kept).count == kept.count)
  }

  @Test func contrastIsWhatTheStandardSays() {
    #expect(abs(Color.palette(16).contrast(with: .palette(231)) - 21) < 1e-9)
    #expect(abs(Color.rgb(0x77, 0x77, 0x77).contrast(with: .rgb(255, 255, 255)) - 4.478) < 0.001)
    #expect(Color.rgb(10, 20, 30).contrast(with: .rgb(10, 20, 30)) == 1)
  }
}
