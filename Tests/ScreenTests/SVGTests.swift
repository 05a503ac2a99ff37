import Testing

@testable import Screen

@Suite struct SVGTests {
  /// Letters in one run, a wide letter alone, a joined line, a shade, a reversed cell, spaces without
  /// anything.
  @Test func aSmallGridIsDrawnAsWritten() {
    var grid = Grid(Size(width: 6, height: 2))
    grid.put("a<鍵", row: 0, column: 0, style: Style(foreground: .rgb(255, 0, 1), bold: true))
    grid.put("──▒", row: 1, column: 0)
    grid.put("x", row: 1, column: 4, style: Style(reverse: true))
    let expected = """
      <svg xmlns="http://www.w3.org/2000/svg" width="54" height="36" viewBox="0 0 54 36" role="img" \
      font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="15">
      <title>A &amp; B</title>
      <rect width="54" height="36" fill="#ffffff"/>
      <text x="0" y="13.68" textLength="18" lengthAdjust="spacingAndGlyphs" fill="#ff0001" font-weight="bold" \
      xml:space="preserve">a&lt;</text>
      <text x="18" y="13.68" textLength="18" lengthAdjust="spacingAndGlyphs" fill="#ff0001" font-weight="bold" \
      xml:space="preserve">鍵</text>
      <rect x="36" y="18" width="9" height="18" fill="#1a1a1a"/>
      <rect x="0" y="26.46" width="18" height="1.08" fill="#1a1a1a"/>
      <rect x="18" y="18" width="9" height="18" fill="#1a1a1a" fill-opacity="0.5"/>
      <text x="36" y="31.68" textLength="9" lengthAdjust="spacingAndGlyphs" fill="#ffffff" xml:space="preserve">x</text>
      </svg>

      """
    #expect(SVGRenderer(.mono).svg(grid, title: "A & B") == expected)
  }

  @Test func markupEndsNoTextAndNoAttribute() {
    #expect(
      Markup.escaped("<a href=\"x\" b='y'>&\u{0}\u{1B}\u{FFFF}\n鍵")
        == "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;\u{FFFD}\u{FFFD}\u{FFFD}\n鍵")
  }

  @Test func colorsAreWrittenInSixDigits() {
    #expect(Color.rgb(0, 10, 255).css == "#000aff")
    #expect(Color.palette(214).css == "#ffaf00")
  }

  @Test(arguments: [
    ("dark", true), ("light", false), ("colorblind", true), ("colorblind-light", false), ("basic", true),
    ("mono", false),
  ])
  func papersAreDarkForDarkThemesOnly(_ name: String, _ isDark: Bool) throws {
    let theme = try #require(Theme.named(name))
    #expect((theme.paper.brightness < 0.5) == isDark)
    #expect(abs(theme.paper.brightness - theme.ink.brightness) > 0.6)
  }

  /// Every figure of the Unicode glyphs has a shape; letters have none.
  @Test func everyFigureOfAScreenHasAShape() {
    let set = GlyphSet.unicode
    let figures =
      set.shades + set.bars + [
        set.horizontal, set.vertical, set.topLeft, set.topRight, set.bottomLeft, set.bottomRight,
      ]
      + [set.teeRight, set.teeLeft, set.teeDown, set.teeUp, set.cross, set.heavy]
      + [set.upperHalf].compactMap { $0 }
    for glyph in figures { #expect(CellShape(glyph) != nil, "\(glyph)") }
    for letter in ["a", " ", "·", "鍵"] { #expect(CellShape(letter) == nil) }
  }
}
