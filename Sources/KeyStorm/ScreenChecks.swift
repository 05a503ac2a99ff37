import Screen

/// What every screen must fulfil.
package enum ScreenChecks {
  /// No control character, escape, direction mark or invisible character in any cell, and whole wide glyphs.
  package static func isClean(_ grid: Grid) -> Bool {
    for row in 0..<grid.height {
      var column = 0
      while column < grid.width {
        let cell = grid[row, column]
        guard cell.width == 1 || cell.width == 2 else { return false }
        guard !cell.glyph.isEmpty, cell.glyph.unicodeScalars.allSatisfy(isHarmless) else { return false }
        column += cell.width
      }
      guard column == grid.width else { return false }
    }
    return true
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
