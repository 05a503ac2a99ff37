import Screen
import Testing

@testable import Exploration
@testable import Views

/// The heatmap's words: of rows, of cells and of columns where they have room; the scale without sinks, the
/// shown step's mark, and two rows beside each other.
@Suite struct HeatmapWordsTests {
  private static let size = Size(width: 120, height: 36)

  private func state(step: Int? = nil) -> ViewState {
    var state = RunFixture.state()
    (state.display.view, state.cursor.step) = (.heatmap, step)
    state.settle()
    return state
  }

  private func press(_ keys: String, _ state: inout ViewState, _ size: Size = size) throws {
    for key in try Key.parse(keys) {
      _ = state.handle(key, size: size)
      state.settle()
    }
  }

  @Test(arguments: GoldenScreenTests.sizes) func everyRowInSightHasItsToken(_ size: Size) throws {
    var state = state()
    let rows = HeatmapRows(state.scene)
    let last = state.run.prompt.tokens.count
    #expect(rows.entries.first?.position == last - 32 && rows.entries.last?.position == last + 5)
    for index in rows.entries.indices {
      state.cursor.heatmapRow = index
      let entry = rows.entries[index]
      let word = rows.word(entry, state.scene, .unicode)
      #expect(!word.isEmpty)
      // The gutter has the row's name and, where it has room, the beginning of its word.
      let lines = TextRenderer.lines(state.draw(size: size))
      let line = try #require(lines.first { $0.contains("▶") && $0.contains(" \(entry.label) ") })
      #expect(size.width == 60 || line.contains("\"\(word.prefix(3))"), "\(entry.label) at \(size)")
      #expect(size.width < 100 || line.contains(" \(entry.position) "))
      #expect(lines.contains { $0.contains("row \(entry.label) \"\(word.prefix(3))") })
    }
  }

  @Test func theViewOpensAtOneTokenPerCellAroundTheCursor() throws {
    let state = state()
    let columns = HeatmapColumns(state.scene, width: 82)
    #expect(columns.keysPerCell == 1 && columns.cellWidth == 1)
    #expect(try abs(#require(columns.cell(of: state.cursor.position)) - 41) <= 1)
    // The token stands beside the arrow.
    let text = TextRenderer.text(state.draw(size: Self.size))
    let piece = state.display.texts.text(state.run.prompt, glyphs: .unicode, showsSpaces: true)
      .pieces[state.cursor.position].text
    #expect(text.contains("↓ \"\(piece)\" "))
  }

  @Test func closerThanATokenPerCellStandWords() throws {
    var state = state()
    try press("+", &state)
    #expect(state.display.heatmap.showsWords)
    let pieces = state.display.texts.text(state.run.prompt, glyphs: .unicode, showsSpaces: true).pieces
    let lines = TextRenderer.lines(state.draw(size: Self.size))
    for position in state.cursor.position - 2...state.cursor.position + 2 {
      #expect(lines.contains { $0.contains(pieces[position].text.prefix(6)) })
    }
    let before = state.cursor.position
    try press("l", &state)
    #expect(state.cursor.position == before + 1)
    try press("+", &state)
    #expect(state.message == "a cell is one token already")
    try press("-", &state)
    #expect(!state.display.heatmap.showsWords && state.display.heatmap.keysPerCell == 1)
    try press("-", &state)
    #expect(state.display.heatmap.keysPerCell == 2)
    try press("++", &state)
    #expect(state.display.heatmap.showsWords)
    // A click reaches the key of a wide cell.
    let targets = state.frame(size: Self.size, glyphs: .unicode, marking: true).targets
    let columns = HeatmapColumns(state.scene, width: Self.size.width - 4 - HeatmapGutter(116).width)
    for row in 0..<Self.size.height {
      for column in 0..<Self.size.width {
        guard case .cell(_, let key) = targets?.target(row: row, column: column) else { continue }
        #expect(columns.cell(of: key) == (column - 2 - HeatmapGutter(116).width) / HeatmapColumns.wordWidth)
      }
    }
  }

  @Test func sinksAreLeftOutOfTheScale() throws {
    var state = state()
    try press("g", &state)
    let rows = HeatmapRows(state.scene)
    let columns = HeatmapColumns(state.scene, width: 82)
    let entry = try #require(rows.entries.first { $0.section == .decode })
    let cells = try #require(rows.pooled(entry, columns))
    #expect(cells.prefix(4).allSatisfy { $0 == HeatmapShades.sink } && cells[4] >= 0)
    let largest = rows.entries.compactMap { rows.weights($0)?.dropFirst(4).max() }.max()
    #expect(rows.largest == largest)
    let shades = HeatmapShades(state.display.heatmap, largest: rows.largest)
    #expect(shades.brightness(try #require(largest)) == 1)
    #expect(shades.brightness(0) == 0 && abs(shades.brightness((largest ?? 1) / 10) - 2.0 / 3) < 1e-5)
    #expect(TextRenderer.text(state.draw(size: Self.size)).contains("s sinks, left out"))
    try press("z", &state)
    #expect(
      try #require(HeatmapRows(state.scene).pooled(entry, HeatmapColumns(state.scene, width: 82)))[0] >= 0)
    #expect(!TextRenderer.text(state.draw(size: Self.size)).contains("left out"))
  }

  @Test func theShownStepsRowIsMarkedThoughAnotherIsChosen() throws {
    let steps = RunFixture.state().scene.timeline.steps
    for wanted in [Timeline.Step.lookahead(3), .decode(2)] {
      var state = state(step: steps.firstIndex(of: wanted))
      state.cursor.heatmapRow = 30
      let name = wanted == .decode(2) ? "d2" : "q3"
      let lines = TextRenderer.lines(state.draw(size: Self.size))
      #expect(lines.contains { $0.contains("●\(name) ") } && lines.contains { $0.contains("● shown step") })
    }
    #expect(!TextRenderer.text(state().draw(size: Self.size)).contains("shown step"))
  }

  @Test func aHeldRowIsComparedWithTheChosenOne() throws {
    var state = state()
    let rows = HeatmapRows(state.scene)
    let (held, chosen) = (3, rows.entries.count - 1)
    state.cursor.heatmapRow = held
    try press("=", &state)
    #expect(state.message?.contains("w-29 is held") == true)
    state.cursor.heatmapRow = chosen
    let text = TextRenderer.text(state.draw(size: Self.size))
    #expect(text.contains("w-29 and d5: cosine ") && text.contains("d5 more:") && text.contains("d5 - w-29"))
    let (a, b) = (
      try #require(rows.weights(rows.entries[held])), try #require(rows.weights(rows.entries[chosen]))
    )
    let most = try #require(a.indices.dropFirst(4).max { b[$0] - a[$0] < b[$1] - a[$1] })
    let columns = HeatmapColumns(state.scene, width: 400)
    let comparison = try #require(RowComparison(HeatmapRows(state.scene)))
    let differences = comparison.differences(columns)
    #expect(differences[try #require(columns.cell(of: most))] == b[most] - a[most])
    #expect(differences.prefix(4).allSatisfy { $0 == 0 })
    // Other rows beside it do not change which one is held.
    try press("p", &state)
    #expect(HeatmapRows(state.scene).held.map { HeatmapRows(state.scene).entries[$0].section } == .window)
    try press("=", &state)
    #expect(state.cursor.heldRow == nil && state.message == "no row is held any more")
  }
}
