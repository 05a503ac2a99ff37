import Eviction
import Exploration
import Screen
import TestSupport
import Testing
import Transformer

@testable import Views

/// Keys into the reducer, then the state: the same path as a person's.
@Suite final class KeyTests {
  static let size = Size(width: 120, height: 36)
  var state = RunFixture.state()

  /// Plays keys in the notation of `--keys`; returns the last one's effect.
  @discardableResult
  func press(_ keys: String) throws -> Effect {
    try Key.parse(keys).reduce(Effect.none) { _, key in state.handle(key, size: Self.size) }
  }

  /// The heatmap's columns.
  var columns: HeatmapColumns {
    HeatmapColumns(state.scene, width: Self.size.width - 4 - HeatmapGutter(Self.size.width - 4).width)
  }

  // MARK: The table

  @Test func noKeyIsBoundTwice() {
    for view in ViewState.View.allCases {
      let own = KeyTable.bindings.filter { $0.views?.contains(view) ?? false }.flatMap(\.keys)
      #expect(Set(own).count == own.count, "\(view)")
    }
    let everywhere = KeyTable.bindings.filter { $0.views == nil }.flatMap(\.keys)
    #expect(Set(everywhere).count == everywhere.count)
  }

  @Test func everyActionHasOneBinding() {
    for action in KeyTable.Action.allCases {
      #expect(KeyTable.bindings.count { $0.action == action } == 1, "\(action)")
    }
  }

  @Test func everyBindingStandsInTheHelp() throws {
    for (size, pages) in [
      (Self.size, 4), (Size(width: 80, height: 24), 10), (Size(width: 60, height: 16), 15),
    ] {
      try press("?")
      var text = ""
      for _ in 0..<pages {
        text += TextRenderer.text(state.draw(size: size))
        for key in try Key.parse("7j") { _ = state.handle(key, size: size) }
      }
      try press("<Esc>")
      for binding in KeyTable.bindings {
        #expect(
          text.contains(binding.shown + " ") && text.contains(binding.words), "\(binding.action) at \(size)")
      }
    }
  }

  @Test func helpScrollsNoFurtherThanItsEnd() throws {
    let small = Size(width: 60, height: 16)
    state.overlays.showsHelp = true
    for _ in 0..<20 { _ = state.handle(.pageDown, size: small) }
    let last = state.draw(size: small)
    #expect(TextRenderer.text(last).contains("quit") && TextRenderer.text(last).contains("k: back"))
    _ = state.handle(.up, size: small)
    #expect(state.draw(size: small) != last)
    for _ in 0..<20 { _ = state.handle(.pageUp, size: small) }
    #expect(state.overlays.helpTop == 0)
  }

  @Test func theFooterAlwaysNamesHelpAndQuit() {
    for view in ViewState.View.allCases {
      for width in [58, 78, 118, 200] {
        let hints = KeyTable.standard.footer(for: view, showsHelp: false, width: width)
        #expect(hints.map(\.word).suffix(2) == ["help", "quit"])
        #expect(hints.reduce(0) { $0 + $1.keys.count + $1.word.count + 3 } <= width)
      }
    }
  }

  // MARK: Moving

  @Test func tokensToTheLeftAndRightStopAtTheEnds() throws {
    let last = state.run.prompt.tokens.count - 1
    try press("g")
    #expect(state.cursor.position == 0)
    try press("h<Left>")
    #expect(state.cursor.position == 0)
    try press("ll<Right>")
    #expect(state.cursor.position == 3)
    try press("G")
    #expect(state.cursor.position == last)
    try press("l")
    #expect(state.cursor.position == last)
    try press("<Home>")
    #expect(state.cursor.position == 0)
    try press("<End>")
    #expect(state.cursor.position == last)
  }

  @Test func countsRepeatAKey() throws {
    try press("g#40l")
    #expect(state.cursor.position == 40)
    try press("#30h")
    #expect(state.cursor.position == 10)
    try press("#312G")
    #expect(state.cursor.position == min(312, state.run.prompt.tokens.count - 1))
    try press("99999999999999999999l")
    #expect(state.cursor.position == state.run.prompt.tokens.count - 1)
    try press("g#5<Esc>l")
    #expect(state.cursor.position == 1, "another key ends a count")
  }

  @Test func aNumberThatBeganGoesOnWithEveryDigit() throws {
    try press("g#312")
    #expect(state.typing.count == 312)
    #expect(state.display.view == .text)
  }

  @Test func linesKeepTheirColumn() throws {
    let text = TokenText(state.run.prompt, glyphs: .unicode, showsSpaces: true)
    let rows = text.rows(width: Self.size.width - 10)
    try press("gj")
    #expect(rows[1].contains(state.cursor.position))
    try press("$")
    #expect(state.cursor.position == rows[1].upperBound - 1)
    try press("0")
    #expect(state.cursor.position == rows[1].lowerBound)
    try press("kk")
    #expect(rows[0].contains(state.cursor.position))
    try press("<PgDn><PgDn><PgDn><PgDn>")
    #expect(rows[rows.count - 1].contains(state.cursor.position))
    try press("<C-u>")
    #expect(!rows[rows.count - 1].contains(state.cursor.position))
    try press("<PgUp><PgUp><PgUp>")
    #expect(rows[0].contains(state.cursor.position))
    try press("<C-d>")
    #expect(!rows[0].contains(state.cursor.position))
  }

  @Test func heatmapMovesByCellsAndRows() throws {
    try press("2g")
    let perCell = columns.keysPerCell
    try press("ll")
    #expect(state.cursor.position == 2 * perCell)
    try press("99k")
    #expect(state.cursor.heatmapRow == 0)
    try press("jj")
    #expect(state.cursor.heatmapRow == 2)
    try press("99j")
    #expect(state.cursor.heatmapRow == HeatmapRows(state.scene).entries.count - 1)
    try press("$")
    #expect(state.cursor.position == state.run.prompt.tokens.count - 1)
  }

  // MARK: Stepping

  @Test func stepsAndPhases() throws {
    let steps = state.scene.timeline.steps
    #expect(state.cursor.step == nil)
    try press(",")
    #expect(state.cursor.step == steps.count - 2)
    try press("..")
    #expect(state.cursor.step == steps.count - 1)
    try press("99,")
    #expect(state.scene.shownStep == .prefill)
    try press(">")
    #expect(state.scene.shownStep == .lookahead(0))
    try press(">")
    #expect(state.scene.shownStep == .evict)
    try press(">")
    #expect(state.scene.shownStep == .decode(0))
    try press("><lt>")
    #expect(state.scene.shownStep == .decode(0))
    try press("<lt><lt><lt><lt>")
    #expect(state.scene.shownStep == .prefill)
    try press("<Esc>")
    #expect(state.cursor.step == nil)
  }

  @Test func anotherPolicyHasItsOwnSteps() throws {
    try press("<lt>p")
    #expect(state.scene.shownStep == .decode(0), "the same step of another policy")
    try press("99,>")
    #expect(state.scene.shownStep == .evict)
    try press("P<lt>.p")
    #expect(
      state.cursor.step == state.scene.timeline.steps.count - 1, "SnapKV has no pseudo tokens: its last step")
  }

  @Test func playing() throws {
    try press("<Space>")
    #expect(state.cursor.isPlaying && state.cursor.step == 0)
    state.advance()
    #expect(state.cursor.step == 1)
    for _ in 0..<100 { state.advance() }
    #expect(!state.cursor.isPlaying && state.cursor.step == state.scene.timeline.steps.count - 1)
    try press("<Space><Space>")
    #expect(!state.cursor.isPlaying)
  }

  @Test func theLargestLossIsKeptByOneAndLostByTheOther() throws {
    try press("go")
    let result = try #require(state.scene.result)
    let other = try #require(state.scene.pinnedResult)
    #expect(result.keeps(state.cursor))
    #expect(!other.keeps(state.cursor))
  }

  // MARK: Effects

  @Test func effects() throws {
    #expect(try press(":export<Enter>") == .none)
    #expect(state.typing.entry == .export("text.svg", .view))
    #expect(try press("<Esc>:export kept.json<Enter>") == .export(ExportRequest("kept.json", scope: .view)))
    #expect(try press("r") == .explore)
    #expect(try press("<C-l>") == .redraw)
    #expect(try press("<C-z>") == .suspend)
    #expect(try press("q") == .quit)
    #expect(try press("<F10>") == .quit)
    #expect(try press(":q<Enter>") == .quit)
    #expect(try press("<C-c>") == .none && state.message?.contains("C-c again quits") == true)
    #expect(try press("<C-c>") == .quit)
    #expect(try press("<Esc>") == .none)
    #expect(try press("<C-c>") == .none, "another key between")
    #expect(try press("ß") == .none)
  }

  @Test func escapeAndInterruptStopRunningWork() throws {
    state = ViewState(
      run: Run(
        modelName: "fixture", prompt: state.run.prompt, settings: state.run.settings,
        vocabulary: state.run.vocabulary), theme: .mono)
    #expect(try press("<Esc>") == .cancel)
    #expect(try press("<C-c>") == .cancel)
    #expect(try press("<C-c>") == .quit)
    try press("]")
    #expect(state.message == "the model is not open yet")
    try press("o")
    #expect(state.message?.hasPrefix("no loss is known yet") == true)
    #expect(try press("q") == .quit)
  }

  @Test func helpSwallowsKeys() throws {
    let before = state
    try press("?")
    #expect(state.overlays.showsHelp)
    #expect(try press("lp]}Be/x:2") == .none)
    #expect(
      state.overlays.showsHelp && state.typing.entry == nil && state.display.view == before.display.view)
    #expect(state.cursor.position == before.cursor.position && state.setup.policy == before.setup.policy)
    #expect(state.setup.settings == before.setup.settings)
    #expect(try press("q") == .none)
    #expect(!state.overlays.showsHelp)
    try press("<F1>")
    #expect(state.overlays.showsHelp)
    for key in try Key.parse("jjj") { _ = state.handle(key, size: Size(width: 120, height: 44)) }
    #expect(state.overlays.helpTop == 0, "all of it fits")
    try press("<Esc>")
    #expect(!state.overlays.showsHelp)
    try press("??")
    #expect(!state.overlays.showsHelp)
  }
}
