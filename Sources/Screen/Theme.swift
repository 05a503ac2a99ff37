/// The styles of everything that is drawn, by what it stands for: views name roles, themes give them colours.
package struct Theme: Hashable, Sendable {
  /// What a cell stands for.
  package enum Role: String, CaseIterable, Hashable, Sendable {
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
  package let name: String
  /// The colours that a terminal must have for it.
  package let depth: ColorDepth
  /// The ramp for heatmaps.
  package let ramp: Ramp
  /// What exported drawings use where a style leaves the colour to the terminal: for text, and for what it is
  /// drawn on.
  package let ink: Color, paper: Color
  private let styles: [Role: Style]

  /// Makes a theme; roles without a style look as the terminal's own text.
  init(name: String, depth: ColorDepth, ramp: Ramp, ink: Color, paper: Color, styles: [Role: Style]) {
    (self.name, self.depth, self.ramp, self.ink, self.paper, self.styles) = (
      name, depth, ramp, ink, paper, styles
    )
  }

  /// Whether cells may carry values in their colour; false draws glyphs instead.
  package var hasColor: Bool { depth > .mono }

  /// The style of a role.
  package subscript(role: Role) -> Style { styles[role] ?? .plain }

  /// The theme of that name.
  package static func named(_ name: String) -> Theme? { all.first { $0.name == name } }
  /// Every theme in the order in which `t` goes through them.
  package static let all = [dark, light, colorblind, colorblindLight, basic, mono]
  /// The themes that a terminal with so many colours can show, never none.
  package static func available(at depth: ColorDepth) -> [Theme] { all.filter { $0.depth <= depth } }
  /// The theme of a name where the terminal can show it, else the first one that it can.
  ///
  /// Without a name the terminal's background chooses between dark and light; `colorblind` takes its form for
  /// it.
  /// - Parameter background: `nil` where it is not known: a dark one is assumed.
  package static func chosen(_ name: String?, at depth: ColorDepth, on background: Background? = nil) -> Theme
  {
    let possible = available(at: depth)
    let isLight = background == .light
    let wanted =
      switch name {
      case nil: isLight ? light.name : dark.name
      case colorblind.name?: isLight ? colorblindLight.name : colorblind.name
      case let name?: name
      }
    return possible.first { $0.name == wanted } ?? possible.first ?? .mono
  }

  /// Whether the ramp's high values are the bright ones, as on dark backgrounds.
  package var highIsBright: Bool { ramp.color(1).luminance > ramp.color(0).luminance }
}
