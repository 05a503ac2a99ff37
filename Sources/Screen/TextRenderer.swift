/// A grid as text: for `--screen`, for tests and for saved screens.
package enum TextRenderer {
  /// One line per row, without colours.
  package static func lines(_ grid: Grid, trimming: Bool = true) -> [String] {
    (0..<grid.height).map { row in
      var line = ""
      for column in 0..<grid.width { line += grid[row, column].glyph }
      if trimming { while line.last == " " { line.removeLast() } }
      return line
    }
  }

  /// All rows, each ended by a newline.
  package static func text(_ grid: Grid, trimming: Bool = true) -> String {
    lines(grid, trimming: trimming).map { $0 + "\n" }.joined()
  }

  /// All rows with colours as SGR sequences and no other escape sequence; every line ends in the terminal's
  /// own look.
  package static func ansi(_ grid: Grid, depth: ColorDepth = .palette256) -> String {
    var result = ""
    for row in 0..<grid.height {
      var current = Style.plain
      for column in 0..<grid.width {
        let cell = grid[row, column]
        if cell.isContinuation { continue }
        if cell.style != current {
          result += sgr(cell.style, depth: depth)
          current = cell.style
        }
        result += cell.glyph
      }
      if current != .plain { result += "\u{1B}[0m" }
      result += "\n"
    }
    return result
  }

  /// The SGR sequence of a style, which replaces the one before it.
  package static func sgr(_ style: Style, depth: ColorDepth) -> String {
    var codes = ["0"]
    if style.bold { codes.append("1") }
    if style.dim { codes.append("2") }
    if style.underline { codes.append("4") }
    if style.reverse { codes.append("7") }
    if let color = style.foreground { codes += self.codes(color, base: 30, depth: depth) }
    if let color = style.background { codes += self.codes(color, base: 40, depth: depth) }
    return "\u{1B}[" + codes.joined(separator: ";") + "m"
  }

  private static func codes(_ color: Color, base: Int, depth: ColorDepth) -> [String] {
    switch depth {
    case .mono: return []
    case .eight: return [String(base + Int(color.nearest8))]
    case .palette256: return [String(base + 8), "5", String(color.nearest256)]
    case .rgb:
      if case .palette(let index) = color { return [String(base + 8), "5", String(index)] }
      let (red, green, blue) = color.components
      return [String(base + 8), "2", String(red), String(green), String(blue)]
    }
  }
}
