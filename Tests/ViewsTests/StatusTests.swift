import Exploration
import Screen
import Testing
import Transformer

@testable import Views

/// What the last line says while the engine works.
@Suite struct StatusTests {
  @Test func numbersThatNoScreenHoldsShowTheirExponent() {
    #expect(decimal(1e30, 4) == "1e+30" && decimal(-1e300, 0) == "-1e+300")
    #expect(decimal(-0.00004, 4) == "0.0000" && decimal(1_234_567.891, 2) == "1234567.89" && decimal(.infinity, 1) == "-")
  }

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
