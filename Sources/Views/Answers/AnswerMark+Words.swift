import Exploration
import Screen

extension AnswerMark {
  /// Its colour. What merely differs is neither good nor bad.
  var role: Theme.Role {
    switch self {
    case .right, .reworded, .same: .good
    case .missing: .error
    case .other: .warning
    }
  }

  /// The mark itself.
  func glyph(_ glyphs: GlyphSet) -> String {
    switch self {
    case .right: glyphs.check
    case .reworded: glyphs.alike
    case .missing: glyphs.crossMark
    case .same: glyphs.equal
    case .other: glyphs.unequal
    }
  }

  /// The mark and a space.
  func span(_ glyphs: GlyphSet, _ theme: Theme) -> Span { Span(glyph(glyphs) + " ", theme[role]) }

  /// What is said behind the first difference, where something is expected.
  var words: String {
    switch self {
    case .reworded: ", with what is expected"
    case .missing: ", without what is expected"
    case .right, .same, .other: ""
    }
  }
}

extension Run {
  /// The mark of the full cache's own answer: it has one only where it misses what is expected.
  func markOfFull(_ glyphs: GlyphSet, _ theme: Theme) -> Span {
    fullMissesExpected == true ? AnswerMark.missing.span(glyphs, theme) : Span("  ")
  }
}
