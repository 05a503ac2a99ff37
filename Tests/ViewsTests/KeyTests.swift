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
  private func press(_ keys: String) throws -> Effect {
    try Key.parse(keys).reduce(Effect.none) { _, key in state.handle(key, size: Self.size) }
  }

  /// The heatmap's columns.
  private var columns: HeatmapColumns {
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

  // MARK: Choosing

  @Test func layersAndHeadsStopAtTheirBounds() throws {
    (state.cursor.layer, state.cursor.head) = (0, 0)
    try press("[{")
    #expect(state.cursor.layer == 0 && state.cursor.head == 0)
    try press("]}}")
    #expect(state.cursor.layer == 1 && state.cursor.head == 2)
    try press("9]9}")
    #expect(state.cursor.layer == 1 && state.cursor.head == 3)
    try press("[{")
    #expect(state.cursor.layer == 0 && state.cursor.head == 2)
  }

  @Test func policiesGoRound() throws {
    #expect(state.setup.policyTitle == "LAQ")
    try press("p")
    #expect(state.setup.policyTitle == "SnapKV")
    try press("ppp")
    #expect(state.setup.policyTitle == "LAQ")
    try press("P")
    #expect(state.setup.policyTitle == "oracle")
    try press("#5p")
    #expect(state.setup.policyTitle == "LAQ")
  }

  @Test func pinningAndUnpinning() throws {
    #expect(state.setup.pinnedTitle == "SnapKV")
    try press("x")
    #expect(state.setup.pinnedTitle == "LAQ")
    try press("x")
    #expect(state.setup.pinnedTitle == nil)
    try press("pp")
    try press("x")
    #expect(state.setup.pinnedTitle == "StreamingLLM")
  }

  @Test func budgetsGoUpAndDownAndBack() throws {
    #expect(try press("B") == .explore)
    #expect(state.setup.settings.budget == 96)
    #expect(try press("bbb") == .explore)
    #expect(state.setup.settings.budget == 32)
    #expect(try press("u") == .explore)
    #expect(state.setup.settings.budget == 48)
    #expect(try press("uuu") == .explore)
    #expect(state.setup.settings.budget == 64)
    #expect(try press("u") == .none)
    #expect(state.message == "nothing to undo")
  }

  @Test func budgetsStayBetweenTheSmallestAndThePrompt() throws {
    for _ in 0..<40 { try press("b") }
    #expect(state.setup.settings.budget == 4)
    #expect(try press("b") == .none)
    for _ in 0..<40 { try press("B") }
    #expect(state.setup.settings.budget == state.run.prompt.tokens.count)
    #expect(try press("B") == .none)
  }

  @Test func granularityTurns() throws {
    #expect(try press("a") == .explore)
    #expect(state.setup.settings.granularity == .queryHead)
    try press("u")
    #expect(state.setup.settings.granularity == .kvHead)
  }

  @Test func viewsAndTheirHeadsScaleAndZoom() throws {
    try press("2")
    #expect(state.display.view == .heatmap)
    try press("m")
    #expect(state.display.heatmap.headMode == .mean)
    try press("mm")
    #expect(state.display.heatmap.headMode == .single)
    try press("z")
    #expect(state.display.heatmap.scale == .logarithmic)
    try press("z")
    #expect(state.display.heatmap.scale == .linear)
    state.display.heatmap.keysPerCell = nil
    let fitting = columns.keysPerCell
    try press("+")
    #expect(columns.keysPerCell == max(1, fitting / 2))
    try press("---")
    #expect(columns.keysPerCell == fitting)
    let cursor = state.cursor.position
    try press("<Enter>")
    #expect(state.display.view == .text && state.cursor.position == cursor)
    try press("<Enter>1")
    #expect(state.display.view == .text)
  }

  @Test(arguments: ["m", "z", "+", "=", "-"])
  func keysOfTheHeatmapSaySoInTheText(_ key: String) throws {
    let before = state
    try press(key)
    #expect(state.message?.contains("heatmap view (2)") == true)
    #expect(
      state.display.heatmap.headMode == before.display.heatmap.headMode
        && state.display.heatmap.scale == before.display.heatmap.scale)
    #expect(state.display.heatmap.keysPerCell == before.display.heatmap.keysPerCell)
    #expect(TextRenderer.text(state.draw(size: Self.size)).contains("works in the heatmap view"))
    try press("l")
    #expect(state.message == nil)
  }

  @Test func themesAndNotes() throws {
    try press("t")
    #expect(state.display.theme == .dark)
    try press("tH")
    #expect(state.display.theme == .light && !state.display.showsNotes)
  }

  /// The three kinds of rows are to be compared: each is seen in every window.
  @Test func everyWindowShowsRowsOfEverySection() throws {
    try press("2")
    for theme in [Theme.mono, .dark] {
      state.display.theme = theme
      for height in [16, 17, 19, 21, 22, 24, 31, 36] {
        for row in HeatmapRows(state.scene).entries.indices {
          state.cursor.heatmapRow = row
          let lines = TextRenderer.lines(state.draw(size: Size(width: 60, height: height)))
          for section in AttentionRows.Section.allCases {
            #expect(
              lines.count { $0.contains("\(section.rawValue) ") } == 1, "\(section) at \(height), row \(row)")
          }
          let label = HeatmapRows(state.scene).entries[row].label
          #expect(
            lines.contains { $0.contains(" \(label) ") && !$0.contains("row \(label)") },
            "\(label) at \(height)")
        }
      }
    }
  }

  /// What is drawn stays within the box: its sides are whole.
  @Test func theFrameIsWholeAtEverySize() throws {
    let sizes = [60, 61, 79, 80, 99, 120].flatMap { width in (16...40).map { Size(width: width, height: $0) }
    }
    for (number, keys) in ["1", "2", "3", "4", "4<Enter>", "4d", "5", "?", "<Tab>"].enumerated() {
      try press(keys)
      state.message = nil
      for size in Sample.oneIn(4, of: sizes, from: number) {
        let (grid, place) = (state.draw(size: size), "\(keys) \(size.width)x\(size.height)")
        let rule = size.height - 4
        let torn = (1..<size.height - 2).filter { row in
          let sides = [grid[row, 0].glyph, grid[row, size.width - 1].glyph]
          return sides != (row == rule ? ["├", "┤"] : ["│", "│"])
        }
        #expect(torn.isEmpty, "\(place) rows \(torn)")
        #expect((1..<size.width - 1).allSatisfy { grid[rule, $0].glyph == "─" }, "\(place)")
        #expect(grid[size.height - 3, 2].glyph == "r", "the status line at \(place)")
      }
    }
  }

  @Test func theSmallestWindowHasRoomForTheText() throws {
    let lines = TextRenderer.lines(state.draw(size: Size(width: 60, height: 16)))
    let rules = lines.indices.filter { lines[$0].hasPrefix("│ ───") }
    #expect(rules.count == 2 && rules[1] - rules[0] - 1 >= 4)
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

  // MARK: Finding

  @Test func findingGoesOnAndRound() throws {
    try press("g/clerk<Enter>")
    let first = state.cursor.position
    #expect(state.message == "clerk: 1 of 3" && first > 0)
    try press("n")
    let second = state.cursor.position
    #expect(second > first)
    try press("n")
    let third = state.cursor.position
    #expect(third > second)
    try press("n")
    #expect(state.cursor.position == first, "round to the first")
    try press("N")
    #expect(state.cursor.position == third)
    try press("/<Enter>")
    #expect(state.cursor.position == first, "an empty search repeats the last")
  }

  @Test func findingSpansTokensAndBytes() throws {
    try press("g/the brass key behind<Enter>")
    #expect(state.message == nil)
    let found = state.cursor.position
    try press("g/時計<Enter>")
    #expect(state.message == nil && state.cursor.position > found)
  }

  @Test func findingById() throws {
    let token = state.run.prompt.tokens[20]
    let wanted = try #require(state.run.prompt.tokens.firstIndex { $0.id == token.id })
    try press("99999l/#\(token.id)<Enter>")
    #expect(state.cursor.position == wanted)
  }

  @Test func notFoundSaysSoAndStays() throws {
    let cursor = state.cursor.position
    try press("/zebra<Enter>")
    #expect(state.message == "not found: zebra" && state.cursor.position == cursor)
    try press("/#99999<Enter>")
    #expect(state.message == "not found: #99999" && state.cursor.position == cursor)
    state.search.typed = ""
    try press("n")
    #expect(state.message?.hasPrefix("nothing to find") == true)
  }

  @Test func aSearchIsLeftByEscapeAndBackspace() throws {
    let cursor = state.cursor.position
    try press("/ab<BS>")
    #expect(state.typing.entry == .search("a"))
    try press("<Esc>")
    #expect(state.typing.entry == nil && state.cursor.position == cursor)
    try press("/<BS>")
    #expect(state.typing.entry == nil)
    #expect(try press("/q<C-c>") == .none)
    #expect(state.typing.entry == nil)
  }

  // MARK: Commands

  @Test func commandsGoToPlaces() throws {
    try press(":goto 41<Enter>")
    #expect(state.cursor.position == 41)
    try press(":layer 2<Enter>:head 3<Enter>")
    #expect(state.cursor.layer == 1 && state.cursor.head == 2)
    try press(":theme light<Enter>:notes off<Enter>")
    #expect(state.display.theme == .light && !state.display.showsNotes)
    try press(":notes on<Enter>")
    #expect(state.display.showsNotes)
  }

  @Test(arguments: ["goto", "goto x", "goto 99999", "goto -1", "layer 0", "layer 3", "head 5"])
  func numbersOutOfRangeAreRefused(_ command: String) throws {
    let before = state
    #expect(try press(":\(command)<Enter>") == .none)
    #expect(state.message?.hasPrefix("a number from") == true)
    #expect(
      state.cursor.position == before.cursor.position && state.cursor.layer == before.cursor.layer
        && state.cursor.head == before.cursor.head)
    #expect(state.setup.settings == before.setup.settings)
  }

  @Test(arguments: ["budget", "budget 0", "budget x", "budget 12.5", "budget 0%", "budget 1B"])
  func budgetsThatAreNoneAreRefused(_ command: String) throws {
    let before = state.setup.settings
    #expect(try press(":\(command)<Enter>") == .none)
    #expect(state.message?.contains("budget") == true)
    #expect(state.setup.settings == before)
  }

  @Test func budgetsMayBeSharesAndBytes() throws {
    let count = state.run.prompt.tokens.count
    #expect(try press(":budget 25%<Enter>") == .explore)
    #expect(state.setup.settings.budget == count / 4)
    let recording = try #require(state.run.recording)
    let each = KeptTokens.all(shape: recording.shape, tokenCount: 1).byteCount()
    #expect(try press(":budget \(each * 7 + 1)B<Enter>") == .explore)
    #expect(state.setup.settings.budget == 7)
  }

  @Test func commandsChangeSettings() throws {
    #expect(try press(":budget 100<Enter>") == .explore)
    #expect(state.setup.settings.budget == 100)
    #expect(try press(":policy snapkv<Enter>") == .none)
    #expect(state.setup.policyTitle == "SnapKV")
    #expect(try press(":policy laq(m=4)<Enter>") == .explore)
    #expect(state.setup.policyTitle == "LAQ(m=4)")
    #expect(state.setup.settings.policies.count == 5)
    _ = state.draw(size: Self.size)
    #expect(try press("u") == .explore)
    #expect(
      state.setup.settings.policies.count == 4 && state.setup.policyTitle == "SnapKV",
      "what was active before")
  }

  @Test func commandsThatAreNoneSaySo() throws {
    #expect(try press(":frobnicate<Enter>") == .none)
    #expect(state.message?.hasPrefix("no command :frobnicate") == true)
    #expect(try press(":policy quest<Enter>") == .none)
    #expect(state.message?.contains("there is no policy 'quest'") == true)
    #expect(try press(":theme pink<Enter>") == .none)
    #expect(
      state.message
        == "there is no such theme (dark, light, colorblind, colorblind-light, basic, mono); type :theme NAME, as in :theme dark"
    )
    #expect(try press(":<Enter>") == .none)
    #expect(state.message == nil)
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
