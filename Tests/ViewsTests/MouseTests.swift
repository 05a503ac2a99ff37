import KeyStorm
import Screen
import TestSupport
import Testing

@testable import Exploration
@testable import Views

/// What the mouse reaches: places are found in the drawn screen, as a person sees them.
@Suite struct MouseTests {
  static let sizes = GoldenScreenTests.sizes
  private let size = Size(width: 120, height: 36)

  /// Where a text stands on the screen: the row from the given one on, and its first column.
  private func place(_ text: String, in state: ViewState, from row: Int = 0, glyphs: GlyphSet = .unicode)
    throws -> (row: Int, column: Int)
  {
    let lines = TextRenderer.lines(state.draw(size: size, glyphs: glyphs))
    for (index, line) in lines.enumerated().dropFirst(row) {
      if let range = line.firstRange(of: text) {
        return (index, TextWidth.of(String(line[..<range.lowerBound])))
      }
    }
    throw Missing(text: text)
  }

  private struct Missing: Error { let text: String }

  @discardableResult
  private func click(
    _ text: String, in state: inout ViewState, from row: Int = 0, offset: Int = 0, glyphs: GlyphSet = .unicode
  ) throws -> Effect {
    let place = try place(text, in: state, from: row, glyphs: glyphs)
    return state.handle(
      .mouse(row: place.row, column: place.column + offset, kind: .click), size: size, glyphs: glyphs)
  }

  private func state(_ view: ViewState.View, theme: Theme = .dark) -> ViewState {
    var state = RunFixture.state(theme: theme)
    state.display.view = view
    state.settle()
    return state
  }

  private func text(at position: Int, of state: ViewState) -> String {
    String(decoding: state.run.prompt.bytes(at: position), as: UTF8.self)
  }

  @Test(arguments: [false, true], ["mono", "dark"])
  func aClickOnATokenPutsTheCursorThere(_ isASCII: Bool, _ theme: String) throws {
    let glyphs = isASCII ? GlyphSet.ascii : .unicode
    var state = state(.text, theme: try #require(Theme.named(theme)))
    state.cursor.position = 0
    try click("clerk", in: &state, offset: 1, glyphs: glyphs)
    let wanted = try #require(state.run.prompt.text.firstRange(of: Array("clerk".utf8)))
    #expect(state.run.prompt.tokens[state.cursor.position].byteRange.contains(wanted.lowerBound + 1))
  }

  @Test(arguments: ViewState.View.allCases) func aClickOnANameOpensTheView(_ view: ViewState.View) throws {
    var state = state(view == .text ? .heads : .text)
    try click(view.title, in: &state)
    #expect(state.display.view == view)
    // At the smallest size the other views' digits stand for them.
    state.display.view = view == .heads ? .text : .heads
    let line = TextRenderer.lines(state.draw(size: MouseTests.sizes[2]))[0]
    let column = try #require(
      line.firstIndex(of: Character("\(view.rawValue)")).map { line.distance(from: line.startIndex, to: $0) })
    _ = state.handle(.mouse(row: 0, column: column, kind: .click), size: MouseTests.sizes[2])
    #expect(state.display.view == view)
  }

  @Test func aClickOnAnAnswerMakesItsPolicyActive() throws {
    var state = state(.text)
    try click("  StreamingLLM", in: &state, from: 20, offset: 5)
    #expect(state.setup.policyTitle == "StreamingLLM")
    try click("x SnapKV", in: &state, from: 20)
    #expect(state.setup.policyTitle == "SnapKV")
  }

  @Test func aClickInTheComparisonChoosesAPolicyOrAFigure() throws {
    var state = state(.compare)
    try click("oracle", in: &state)
    #expect(state.setup.policyTitle == "oracle")
    let title = CompareColumn.recall.title
    try click(" " + title, in: &state, offset: 2)
    #expect(state.display.compare.sortColumn == .recall && !state.display.compare.reversesOrder)
    try click(title, in: &state, offset: 1)
    #expect(state.display.compare.sortColumn == .recall && state.display.compare.reversesOrder)
  }

  @Test func aClickInTheHeadGridGoesToTheHead() throws {
    var state = state(.heads)
    (state.cursor.layer, state.cursor.head) = (0, 0)
    let column = try place("h3", in: state).column
    let row = try place("layer", in: state, from: 2).row
    _ = state.handle(.mouse(row: row + 2, column: column + 1, kind: .click), size: size)
    #expect(state.cursor.layer == 1 && state.cursor.head == 2)
    state.display.heads.isSorted = true
    try click(" 1.2 ", in: &state, offset: 1)
    #expect(state.cursor.layer == 0 && state.cursor.head == 1)
  }

  @Test func aClickInTheHeatmapGoesToTheRowAndKey() throws {
    var state = state(.heatmap)
    state.display.heatmap.pairsRows = true
    let row = try place("LOOKAHEAD", in: state, from: 4).row
    let gutter = HeatmapGutter(size.width - 4).width
    let columns = HeatmapColumns(state.scene, width: size.width - 4 - gutter)
    let click = Key.mouse(row: row, column: 2 + gutter + 7, kind: .click)
    _ = state.handle(click, size: size)
    #expect(state.cursor.position == columns.keys(7).lowerBound)
    let entries = HeatmapRows(state.scene).entries
    #expect(entries[try #require(state.cursor.heatmapRow)].label == "q0")
    // Two rows share the line.
    _ = state.handle(click, size: size)
    #expect(entries[try #require(state.cursor.heatmapRow)].label == "q1")
    _ = state.handle(click, size: size)
    #expect(entries[try #require(state.cursor.heatmapRow)].label == "q0")
  }

  @Test func aClickOnTheTrackGoesToTheStep() throws {
    var state = state(.timeline)
    let row = try place("●", in: state).row
    _ = state.handle(.mouse(row: row, column: 2, kind: .click), size: size)
    #expect(state.cursor.step == 0)
    _ = state.handle(.mouse(row: row, column: 117, kind: .click), size: size)
    #expect(state.cursor.step == state.scene.timeline.steps.count - 1)
  }

  @Test func aClickOnAFooterHintPressesItsKey() throws {
    var state = state(.text)
    (state.cursor.layer, state.cursor.head) = (0, 0)
    try click("[ ] layer", in: &state, from: 35, offset: 2)
    #expect(state.cursor.layer == 1)
    try click("[ ] layer", in: &state, from: 35)
    #expect(state.cursor.layer == 0)
    try click("{ } head", in: &state, from: 35, offset: 5)
    #expect(state.cursor.head == 1)
    #expect(try click("b/B budget", in: &state, from: 35) == .explore)
    #expect(try click("? help", in: &state, from: 35) == .none)
    #expect(state.overlays.showsHelp)
    try click("? Esc", in: &state, from: 35, offset: 3)
    #expect(!state.overlays.showsHelp)
    #expect(try click("q quit", in: &state, from: 35) == .quit)
  }

  /// Every hint of every footer presses keys that the view knows.
  @Test(arguments: ViewState.View.allCases) func everyHintHasItsKeys(_ view: ViewState.View) {
    let footers = [
      KeyTable.standard.footer(for: view, showsHelp: false, width: 400),
      KeyTable.standard.footer(for: view, showsHelp: true, width: 400),
      KeyTable.standard.footer(for: view, showsHelp: false, showsWhy: true, width: 400),
      KeyTable.standard.footer(for: view, showsHelp: false, showsAnswer: true, width: 400),
    ]
    for (keys, word) in footers.joined() {
      let targets = FooterKeys.targets(of: keys, word: word)
      // Every key that is written can be clicked, and the word.
      let written = ["? Esc": 2, "Tab": 1, "Esc": 1][keys] ?? (keys.count == 3 ? 2 : 1)
      #expect(targets.count == written + 1, "\(keys): \(targets)")
      for case .key(let key) in targets.map(\.target) {
        #expect(key == .tab || KeyTable.standard.binding(for: key, in: view) != nil, "\(key)")
      }
    }
  }

  @Test func theDigitsOfTheViewsAndTheirWordAreClicked() throws {
    var state = state(.text)
    try click("1-6 view", in: &state, from: 35, offset: 2)
    #expect(state.display.view == .lookahead)
    try click("1-6 view", in: &state, from: 35)
    #expect(state.display.view == .text)
    try click("1-6 view", in: &state, from: 35, offset: 5)
    #expect(state.display.view == .heatmap)
    state.display.view = .timeline
    try click("< > phase", in: &state, from: 35)
    #expect(state.cursor.step != nil)
  }

  @Test func theToursKeysAreClicked() throws {
    var state = state(.text)
    state.begin(.needle)
    try click("Tab on", in: &state)
    #expect(state.tour?.index == 1)
    try click("Backspace back", in: &state, offset: 12)
    #expect(state.tour?.index == 0)
    try click("Esc leave", in: &state)
    #expect(state.tour?.isLeft == true)
  }

  @Test func theWheelScrolls() throws {
    var state = state(.text)
    state.cursor.position = 0
    let down = Key.mouse(row: 9, column: 9, kind: .wheelDown),
      up = Key.mouse(row: 9, column: 9, kind: .wheelUp)
    _ = state.handle(down, size: size)
    #expect(state.cursor.position > 0)
    _ = state.handle(up, size: size)
    #expect(state.cursor.position == 0)
    (state.display.view, state.cursor.heatmapRow) = (.heatmap, 0)
    _ = state.handle(down, size: size)
    #expect(state.cursor.heatmapRow == 1)
    state.display.view = .timeline
    _ = state.handle(up, size: size)
    #expect(state.cursor.step == state.scene.timeline.steps.count - 2)
    state.overlays.showsHelp = true
    _ = state.handle(down, size: Size(width: 60, height: 16))
    #expect(state.overlays.helpTop == 3)
    (state.overlays.showsHelp, state.why, state.overlays.showsWhy) = (false, RunFixture.finding, true)
    _ = state.handle(down, size: size)
    #expect(state.overlays.whyTop > 0)
  }

  @Test func theMouseDoesNothingWhileALineIsTyped() throws {
    var state = state(.text)
    for key in try Key.parse(":lay") { _ = state.handle(key, size: size) }
    let before = state.typing.entry
    try click("Heads", in: &state)
    #expect(state.display.view == .text && state.typing.entry == before)
  }

  @Test func aReleaseLeavesTheMessage() throws {
    var state = state(.text)
    state.message = "written to x"
    _ = state.handle(.mouse(row: 0, column: 0, kind: .release), size: size)
    #expect(state.message == "written to x")
  }

  /// Whatever is clicked, the state stays within the run, and the screen can be drawn.
  @Test(arguments: ViewState.View.allCases, sizes) func noPlaceIsABadOne(_ view: ViewState.View, _ size: Size)
  {
    var generator = FixedGenerator(seed: UInt64(view.rawValue * 1_000 + size.width))
    var state = state(view)
    for _ in 0..<(Sample.isExhaustive ? 600 : 60) {
      let (row, column) = (
        generator.next(below: size.height + 2) - 1, generator.next(below: size.width + 2) - 1
      )
      let glyphs = generator.next(below: 2) == 0 ? GlyphSet.unicode : .ascii
      state.display.view = view
      (state.overlays.showsHelp, state.typing.entry) = (false, nil)
      _ = state.handle(.mouse(row: row, column: column, kind: .click), size: size, glyphs: glyphs)
      #expect(state.run.prompt.tokens.indices.contains(state.cursor.position))
      #expect(state.setup.settings.policies.indices.contains(state.setup.policy))
      #expect(
        state.cursor.layer < RunFixture.shape.layerCount
          && state.cursor.head < RunFixture.shape.queryHeadCount)
    }
  }
}
