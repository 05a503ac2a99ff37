import Screen
import Testing

@testable import Views

/// Where the terminal's cursor goes: to what a person is at.
@Suite struct CaretTests {
  private static let sizes = [
    Size(width: 60, height: 16), Size(width: 80, height: 24),
    Size(
      width: 120,
      height: 36),
  ]

  @Test func everyViewSaysWhereOneIs() {
    for view in ViewState.View.allCases {
      for size in Self.sizes {
        for glyphs in [GlyphSet.unicode, .ascii] {
          var state = RunFixture.state(theme: .dark)
          state.display.view = view
          let caret = state.draw(size: size, glyphs: glyphs).caret
          let isInside = caret.map {
            (1..<size.height - 4).contains($0.row) && (1..<size.width - 1).contains($0.column)
          }
          #expect(isInside == true, "\(view) \(size)")
        }
      }
    }
  }

  /// Two rows of the heatmap share a line.
  @Test func itMovesWithTheCursor() {
    let size = Size(width: 100, height: 30)
    for (view, keys) in [
      (ViewState.View.text, "l"), (.heatmap, "jj"), (.heads, "l"), (.compare, "j"),
      (.timeline, "h"),
    ] {
      var state = RunFixture.state(theme: .dark)
      state.display.view = view
      let before = state.draw(size: size).caret
      for key in (try? Key.parse(keys)) ?? [] { _ = state.handle(key, size: size) }
      #expect(state.draw(size: size).caret != before, "\(view)")
    }
  }

  /// In the text it is where the token under the cursor begins.
  @Test func inTheTextItIsAtTheToken() throws {
    var state = RunFixture.state(theme: .dark)
    (state.display.view, state.cursor.position) = (.text, 3)
    let grid = state.draw(size: Size(width: 100, height: 30))
    let caret = try #require(grid.caret)
    #expect(
      grid[caret.row, caret.column].style
        == grid[
          caret.row,
          caret.column
        ].style.with(state.display.theme[.cursor]))
    #expect(grid[caret.row, caret.column - 1].style != grid[caret.row, caret.column].style)
  }

  @Test func inALineItIsAtTheCaret() {
    var state = RunFixture.state(theme: .dark)
    let size = Size(width: 100, height: 30)
    for key in (try? Key.parse("/鍵ab<Left>")) ?? [] { _ = state.handle(key, size: size) }
    #expect(state.draw(size: size).caret == Place(row: 29, column: 5))
  }
}
