import Exploration
import Screen
import Testing
import Transformer

@testable import Views

/// What the last line says while the engine works.
@Suite struct StatusTests {
  @Test func aSecondPassIsNamedAndCounted() {
    let progress = PrefillProgress(tokensDone: 512, tokenCount: 2048, seconds: 2)
    for (stage, words) in [(Story.Stage.prefill(progress), "prefill 512 of"), (.pass(progress), "second pass 512 of")] {
      let state = ViewState(story: StoryFixture.story.at(stage), theme: .mono)
      let text = TextRenderer.text(state.draw(size: Size(width: 120, height: 36), glyphs: .ascii))
      #expect(text.contains(words))
      #expect(text.contains("25 %") && text.contains("256 tokens/s") && text.contains("6.0 s left"))
    }
  }
}
