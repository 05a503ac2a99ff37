/// A grid as a vector drawing: what a terminal shows, for papers and pages.
///
/// Every run of letters is held to its cells' width, whatever monospaced font the reader has; figures are
/// rectangles.
package struct SVGRenderer {
  /// The width of a cell in pixels; it is twice as high.
  private static let cell = (width: 9.0, height: 18.0)

  private let foreground: Color
  private let background: Color

  /// A drawing in a theme's own colours, where a cell has none.
  package init(_ theme: Theme) { (foreground, background) = (theme.ink, theme.paper) }

  /// The whole drawing, an XML element; equal grids have equal texts.
  /// - Parameter title: what the drawing shows, for readers who hear it.
  package func svg(_ grid: Grid, title: String) -> String {
    let width = Self.number(Double(grid.width) * Self.cell.width),
      height = Self.number(Double(grid.height) * Self.cell.height)
    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" \
      role="img" font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="15">
      """,
      "<title>\(Markup.escaped(title))</title>",
      "<rect width=\"\(width)\" height=\"\(height)\" fill=\"\(background.css)\"/>",
    ]
    for row in 0..<grid.height {
      let runs = Self.runs(grid, row: row)
      lines += runs.compactMap { ground(of: $0, row: row) }
      lines += runs.compactMap { run in run.shape.map { figure($0, run, row: row) } ?? letters(run, row: row)
      }
    }
    return lines.joined(separator: "\n") + "\n</svg>\n"
  }

  /// Neighbours in a row that are drawn at once.
  private struct Run {
    let column: Int
    var width: Int
    var text: String
    let style: Style
    let shape: CellShape?
  }

  private static func runs(_ grid: Grid, row: Int) -> [Run] {
    var runs: [Run] = []
    for column in 0..<grid.width {
      let cell = grid[row, column]
      if cell.isContinuation { continue }
      let shape = CellShape(cell.glyph)
      // Wide letters and marks stand alone: fonts disagree about their widths.
      let isPlain = cell.width == 1 && cell.glyph.utf8.count == 1
      if let last = runs.last, last.style == cell.style, last.shape == shape,
        shape?.joins ?? (isPlain && last.text.utf8.count == last.width)
      {
        runs[runs.count - 1].width += cell.width
        runs[runs.count - 1].text += cell.glyph
      } else {
        runs.append(Run(column: column, width: cell.width, text: cell.glyph, style: cell.style, shape: shape))
      }
    }
    return runs
  }

  private func colors(_ style: Style) -> (ink: Color, ground: Color?) {
    guard style.reverse else { return (style.foreground ?? foreground, style.background) }
    return (style.background ?? background, style.foreground ?? foreground)
  }

  private func ground(of run: Run, row: Int) -> String? {
    colors(run.style).ground.map {
      rectangle(x: Double(run.column), y: Double(row), width: Double(run.width), height: 1, $0, 1)
    }
  }

  private func figure(_ shape: CellShape, _ run: Run, row: Int) -> String {
    let ink = colors(run.style).ink
    let opacity = shape.opacity * (run.style.dim ? 0.6 : 1)
    return shape.parts.map { part in
      rectangle(
        x: Double(run.column) + part.x, y: Double(row) + part.y,
        width: shape.joins ? Double(run.width) : part.width,
        height: part.height, ink, opacity)
    }.joined(separator: "\n")
  }

  private func rectangle(
    x: Double, y: Double, width: Double, height: Double, _ color: Color, _ opacity: Double
  ) -> String {
    let place = [
      ("x", x * Self.cell.width), ("y", y * Self.cell.height), ("width", width * Self.cell.width),
      ("height", height * Self.cell.height),
    ].map { "\($0)=\"\(Self.number($1))\"" }.joined(separator: " ")
    return
      "<rect \(place) fill=\"\(color.css)\"\(opacity < 1 ? " fill-opacity=\"\(Self.number(opacity))\"" : "")/>"
  }

  /// A run of letters; `nil` for spaces that nothing underlines.
  private func letters(_ run: Run, row: Int) -> String? {
    let style = run.style
    guard style.underline || !run.text.allSatisfy({ $0 == " " }) else { return nil }
    var attributes =
      "x=\"\(Self.number(Double(run.column) * Self.cell.width))\" y=\"\(Self.number((Double(row) + 0.76) * Self.cell.height))\""
    attributes +=
      " textLength=\"\(Self.number(Double(run.width) * Self.cell.width))\" lengthAdjust=\"spacingAndGlyphs\""
    attributes += " fill=\"\(colors(style).ink.css)\""
    if style.bold { attributes += " font-weight=\"bold\"" }
    if style.dim { attributes += " fill-opacity=\"0.6\"" }
    if style.underline { attributes += " text-decoration=\"underline\"" }
    return "<text \(attributes) xml:space=\"preserve\">\(Markup.escaped(run.text))</text>"
  }

  /// A number with at most two decimals and no zeros behind.
  private static func number(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    guard hundredths % 100 != 0 else { return String(hundredths / 100) }
    let fraction = hundredths % 100
    return "\(hundredths / 100)."
      + (fraction % 10 == 0 ? "\(fraction / 10)" : fraction < 10 ? "0\(fraction)" : "\(fraction)")
  }
}
