import Testing

@testable import Screen

extension Theme: CustomTestStringConvertible {
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

  private static func depths(_ theme: Theme) -> [ColorDepth] {
    [ColorDepth.eight, .palette256, .rgb].filter { $0 >= theme.depth }
  }

  /// 4.5 is what WCAG 2.2 asks of text; frames are no text.
  @Test(arguments: coloured) func everyTextIsReadOnItsGround(_ theme: Theme) {
    for depth in Self.depths(theme) {
      for role in Theme.Role.allCases where role != .frame {
        let ink = Self.shown(theme[role].foreground ?? theme.ink, at: depth)
        let ground = Self.shown(theme[role].background ?? theme.paper, at: depth)
        #expect(ink.contrast(with: ground) >= 4.5, "\(role.rawValue) of \(theme.name) in \(depth)")
      }
      for step in 0..<theme.ramp.count {
        let style = theme.ramp.ground((Double(step) + 0.5) / Double(theme.ramp.count))
        guard let ink = style.foreground, let ground = style.background else { continue }
        let contrast = Self.shown(ink, at: depth).contrast(with: Self.shown(ground, at: depth))
        #expect(contrast >= 4.5, "step \(step) of \(theme.name) in \(depth)")
      }
    }
  }

  @Test func fatesAreToldApartByEveryEye() {
    let theme = Theme.colorblind
    let fates: [Theme.Role] = [.keptBoth, .keptActive, .keptPinned, .evicted, .window]
    for depth in Self.depths(theme) {
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

  @Test func successAndFailureAreToldApartByEveryEye() {
    let theme = Theme.colorblind
    for depth in Self.depths(theme) {
      let colors = [Theme.Role.good, .warning, .error].map { Self.shown(theme[$0].foreground ?? theme.ink, at: depth) }
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
    #expect(ColorVision.full.difference(good, error) > 90)
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
