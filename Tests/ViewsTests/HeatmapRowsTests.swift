import Screen
import Testing
import Transformer

@testable import Exploration
@testable import Views

/// The heatmap's rows where not all have room: which are shown, and that the others are not forgotten.
@Suite struct HeatmapRowsTests {
  private func state(_ theme: Theme = .mono, step: Int? = nil) -> ViewState {
    var state = RunFixture.state(theme: theme)
    (state.display.view, state.cursor.step) = (.heatmap, step)
    state.settle()
    return state
  }

  /// The labels of the rows in sight, without half blocks.
  private func labels(_ state: ViewState, _ size: Size) -> [String] {
    let known = Set(HeatmapRows(state.scene).entries.map(\.label))
    return TextRenderer.lines(state.draw(size: size)).compactMap { line in
      let gutter = line.dropFirst(12).prefix(5).filter { $0 != " " }
      return known.contains(gutter) ? gutter : nil
    }
  }

  @Test(arguments: GoldenScreenTests.sizes) func hiddenRowsAreCounted(_ size: Size) {
    let state = state()
    let text = TextRenderer.text(state.draw(size: size))
    let shown = labels(state, size).count
    let all = HeatmapRows(state.scene).entries.count
    #expect(shown < all || size.height > 30)
    #expect(text.contains("\(shown) of \(all) rows") == (shown < all), "\(shown) of \(all) at \(size)")
    if size.height == 24 {
      #expect(text.contains("2 of 8") && text.contains("3 of 6"))
    }
  }

  @Test func allRowsTellNothing() {
    let text = TextRenderer.text(state().draw(size: Size(width: 120, height: 60)))
    #expect(!text.contains(" rows ┬") && !text.contains("of 8 "))
  }

  @Test func moreRowsThanAreComputedAreCounted() {
    var state = state()
    var rows = QueryRows(shape: RunFixture.shape)
    let row = [[Float]](repeating: [Float](repeating: 0, count: 32), count: 2)
    for index in 0..<300 { rows.append(row, position: 356 + index) }
    state.run.decodeQueries = rows
    state.settle()
    #expect(TextRenderer.text(state.draw(size: Size(width: 120, height: 36))).contains("of 300"))
  }

  /// Those around the shown step are shown, and without one those around the first token at which the answers
  /// part.
  @Test func rowsThatMatterComeFirst() throws {
    let size = Size(width: 80, height: 24)
    let steps = RunFixture.state().scene.timeline.steps
    for wanted in 0..<6 {
      let step = try #require(steps.firstIndex(of: .decode(wanted)))
      #expect(labels(state(step: step), size).contains("d\(wanted)"), "d\(wanted)")
    }
    for wanted in 0..<8 {
      let step = try #require(steps.firstIndex(of: .lookahead(wanted)))
      #expect(labels(state(step: step), size).contains("q\(wanted)"), "q\(wanted)")
    }
    let state = state()
    let difference = try #require(state.scene.firstDifference)
    #expect(labels(state, size).contains("d\(difference)"))
    #expect(labels(state, size).contains("w-1"), "the newest of the window")
    let chosen = try #require(HeatmapRows(state.scene).chosen)
    #expect(HeatmapRows(state.scene).entries[chosen].label == "d\(difference)")
  }

  @Test func everyRowIsReachedByMoving() throws {
    var state = state()
    let size = Size(width: 60, height: 16)
    var seen: Set<String> = []
    for key in [Key.up, .down] {
      for _ in HeatmapRows(state.scene).entries {
        _ = state.handle(key, size: size)
        seen.formUnion(labels(state, size))
      }
    }
    #expect(seen == Set(HeatmapRows(state.scene).entries.map(\.label)))
  }

  @Test func theNoteSaysHowMuchAttentionLooks() {
    let size = Size(width: 120, height: 36)
    #expect(TextRenderer.text(state(.dark).draw(size: size)).contains("Bright: keys that"))
    #expect(TextRenderer.text(state(.light).draw(size: size)).contains("Dark: keys that"))
    #expect(TextRenderer.text(state(.colorblindLight).draw(size: size)).contains("Dark: keys that"))
    #expect(TextRenderer.text(state(.mono).draw(size: size)).contains("Dense: keys that"))
  }
}
