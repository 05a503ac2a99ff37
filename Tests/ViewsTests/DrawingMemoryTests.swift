import Exploration
import Screen
import Testing

@testable import Views

/// What screens remember from frame to frame is never seen: with it and without it they are the same.
@Suite struct DrawingMemoryTests {
  private static let size = Size(width: 100, height: 30)

  /// The state as one that has drawn nothing yet.
  private func forgetful(_ state: ViewState) -> ViewState {
    var copy = state
    (copy.display.texts, copy.display.pooledRows) = (TokenTexts(), PooledRows())
    (copy.display.answers, copy.display.studyRequests) = (AnswerTexts(), StudyRequests())
    return copy
  }

  @Test(arguments: ViewState.View.allCases) func whateverWasDrawnBeforeNoScreenDiffers(
    _ view: ViewState.View
  ) throws {
    var state = RunFixture.state(theme: .dark)
    state.open(view)
    for key in try Key.parse("hhl]}}+++jkm,,,.>p--zP[{hRj<Esc>pd.f-+Rp<Esc>jg+b") {
      _ = state.handle(key, size: Self.size)
      state.settle()
      for glyphs in [GlyphSet.unicode, .ascii] {
        let remembered = state.draw(size: Self.size, glyphs: glyphs)
        #expect(
          TextRenderer.ansi(remembered)
            == TextRenderer.ansi(forgetful(state).draw(size: Self.size, glyphs: glyphs)), "after \(key)")
      }
    }
  }

  /// Another text of as many tokens asks for the same rows by number, and they are others.
  @Test func anotherPromptHasRowsOfItsOwn() throws {
    let first = RunFixture.makeRun(RunFixture.prompt(Array("salt and rope and tar".utf8)))
    let second = RunFixture.makeRun(RunFixture.prompt(Array("rope and salt and tar".utf8)))
    try #require(first.prompt.tokens.count == second.prompt.tokens.count)
    var state = ViewState(run: first)
    state.open(.heatmap)
    state.settle()
    _ = state.draw(size: Self.size)
    (state.run, state.details) = (second, Details())
    state.settle()
    #expect(
      TextRenderer.ansi(state.draw(size: Self.size))
        == TextRenderer.ansi(forgetful(state).draw(size: Self.size)))
  }
}
