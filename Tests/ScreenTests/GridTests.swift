import Testing

@testable import Screen

@Suite struct GridTests {
  @Test func nothingIsDrawnOutside() {
    var grid = Grid(Size(width: 4, height: 2))
    grid.put("abcdefgh", row: 0, column: -2)
    grid.put("x", row: 9, column: 0)
    grid.fill(Rect(column: -5, row: 1, width: 100, height: 100), with: "#")
    grid.fill(Rect(column: 50, row: 50, width: 3, height: 3), with: "#")
    #expect(TextRenderer.lines(grid) == ["cdef", "####"])
  }

  @Test func wideGlyphsAreNeverSplit() {
    var grid = Grid(Size(width: 5, height: 1))
    grid.put("鍵鍵鍵", row: 0, column: 0)
    #expect(TextRenderer.lines(grid, trimming: false) == ["鍵鍵 "])
    grid.put("a", row: 0, column: 1)
    #expect(TextRenderer.lines(grid, trimming: false) == [" a鍵 "])
    grid.put("鍵鍵", row: 0, column: -1)
    #expect(TextRenderer.lines(grid, trimming: false) == [" 鍵  "])
  }

  @Test func boxHoldsItsTitle() {
    var grid = Grid(Size(width: 24, height: 3))
    grid.box(grid.bounds, glyphs: .unicode, title: [Span("laq-tui")], trailing: [Span("B=256")])
    #expect(TextRenderer.lines(grid)[0] == "┌─ laq-tui ──── B=256 ─┐")
    #expect(TextRenderer.lines(grid)[2] == "└" + String(repeating: "─", count: 22) + "┘")
  }

  @Test func ansiHasOnlySGR() {
    var grid = Grid(Size(width: 9, height: 1))
    grid.put("\u{1B}[2Jab", row: 0, column: 0, style: Theme.dark[.keptBoth])
    let text = TextRenderer.ansi(grid)
    let rest = text.replacing(/\u{1B}\[[0-9;]*m/, with: "")
    #expect(!rest.contains("\u{1B}"))
    #expect(TextRenderer.ansi(grid, depth: .mono).contains("\u{1B}[0m"))
  }

  @Test(arguments: [Ramp.heat, .grey, .eight]) func rampsGrowBrighter(ramp: Ramp) {
    let steps = (0..<ramp.count).map { Color.palette(ramp.indices[$0]).brightness }
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 })
    #expect(ramp.color(.nan) == ramp.color(-1))
    #expect(ramp.step(2) == ramp.count - 1)
  }

  @Test func asciiSetIsASCII() {
    for child in Mirror(reflecting: GlyphSet.ascii).children {
      let texts = child.value as? [String] ?? (child.value as? String).map { [$0] } ?? []
      #expect(texts.joined().allSatisfy { $0.isASCII })
    }
  }
}
