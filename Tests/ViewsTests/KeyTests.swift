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
      (Self.size, 1), (Size(width: 80, height: 24), 10), (Size(width: 60, height: 16), 15),
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
    state.showsHelp = true
    for _ in 0..<20 { _ = state.handle(.pageDown, size: small) }
    let last = state.draw(size: small)
    #expect(TextRenderer.text(last).contains("quit") && TextRenderer.text(last).contains("k: back"))
    _ = state.handle(.up, size: small)
    #expect(state.draw(size: small) != last)
    for _ in 0..<20 { _ = state.handle(.pageUp, size: small) }
    #expect(state.helpTop == 0)
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
    #expect(state.cursor == 0)
    try press("h<Left>")
    #expect(state.cursor == 0)
    try press("ll<Right>")
    #expect(state.cursor == 3)
    try press("G")
    #expect(state.cursor == last)
    try press("l")
    #expect(state.cursor == last)
    try press("<Home>")
    #expect(state.cursor == 0)
    try press("<End>")
    #expect(state.cursor == last)
  }

  @Test func countsRepeatAKey() throws {
    try press("g#40l")
    #expect(state.cursor == 40)
    try press("#30h")
    #expect(state.cursor == 10)
    try press("#312G")
    #expect(state.cursor == min(312, state.run.prompt.tokens.count - 1))
    try press("99999999999999999999l")
    #expect(state.cursor == state.run.prompt.tokens.count - 1)
    try press("g#5<Esc>l")
    #expect(state.cursor == 1, "another key ends a count")
  }

  @Test func aNumberThatBeganGoesOnWithEveryDigit() throws {
    try press("g#312")
    #expect(state.count == 312)
    #expect(state.view == .text)
  }

  @Test func linesKeepTheirColumn() throws {
    let text = TokenText(state.run.prompt, glyphs: .unicode, showsSpaces: true)
    let rows = text.rows(width: Self.size.width - 10)
    try press("gj")
    #expect(rows[1].contains(state.cursor))
    try press("$")
    #expect(state.cursor == rows[1].upperBound - 1)
    try press("0")
    #expect(state.cursor == rows[1].lowerBound)
    try press("kk")
    #expect(rows[0].contains(state.cursor))
    try press("<PgDn><PgDn><PgDn><PgDn>")
    #expect(rows[rows.count - 1].contains(state.cursor))
    try press("<C-u>")
    #expect(!rows[rows.count - 1].contains(state.cursor))
    try press("<PgUp><PgUp><PgUp>")
    #expect(rows[0].contains(state.cursor))
    try press("<C-d>")
    #expect(!rows[0].contains(state.cursor))
  }

  @Test func heatmapMovesByCellsAndRows() throws {
    try press("2g")
    let perCell = HeatmapColumns(state, width: Self.size.width - 20).keysPerCell
    try press("ll")
    #expect(state.cursor == 2 * perCell)
    try press("99k")
    #expect(state.heatmapRow == 0)
    try press("jj")
    #expect(state.heatmapRow == 2)
    try press("99j")
    #expect(state.heatmapRow == HeatmapRows(state).entries.count - 1)
    try press("$")
    #expect(state.cursor == state.run.prompt.tokens.count - 1)
  }

  // MARK: Choosing

  @Test func layersAndHeadsStopAtTheirBounds() throws {
    (state.layer, state.head) = (0, 0)
    try press("[{")
    #expect(state.layer == 0 && state.head == 0)
    try press("]}}")
    #expect(state.layer == 1 && state.head == 2)
    try press("9]9}")
    #expect(state.layer == 1 && state.head == 3)
    try press("[{")
    #expect(state.layer == 0 && state.head == 2)
  }

  @Test func policiesGoRound() throws {
    #expect(state.policyTitle == "LAQ")
    try press("p")
    #expect(state.policyTitle == "SnapKV")
    try press("ppp")
    #expect(state.policyTitle == "LAQ")
    try press("P")
    #expect(state.policyTitle == "oracle")
    try press("#5p")
    #expect(state.policyTitle == "LAQ")
  }

  @Test func pinningAndUnpinning() throws {
    #expect(state.pinnedTitle == "SnapKV")
    try press("x")
    #expect(state.pinnedTitle == "LAQ")
    try press("x")
    #expect(state.pinnedTitle == nil)
    try press("pp")
    try press("x")
    #expect(state.pinnedTitle == "StreamingLLM")
  }

  @Test func budgetsGoUpAndDownAndBack() throws {
    #expect(try press("B") == .explore)
    #expect(state.settings.budget == 96)
    #expect(try press("bbb") == .explore)
    #expect(state.settings.budget == 32)
    #expect(try press("u") == .explore)
    #expect(state.settings.budget == 48)
    #expect(try press("uuu") == .explore)
    #expect(state.settings.budget == 64)
    #expect(try press("u") == .none)
    #expect(state.message == "nothing to undo")
  }

  @Test func budgetsStayBetweenTheSmallestAndThePrompt() throws {
    for _ in 0..<40 { try press("b") }
    #expect(state.settings.budget == 4)
    #expect(try press("b") == .none)
    for _ in 0..<40 { try press("B") }
    #expect(state.settings.budget == state.run.prompt.tokens.count)
    #expect(try press("B") == .none)
  }

  @Test func granularityTurns() throws {
    #expect(try press("a") == .explore)
    #expect(state.settings.granularity == .queryHead)
    try press("u")
    #expect(state.settings.granularity == .kvHead)
  }

  @Test func viewsAndTheirHeadsScaleAndZoom() throws {
    try press("2")
    #expect(state.view == .heatmap)
    try press("m")
    #expect(state.headMode == .mean)
    try press("mm")
    #expect(state.headMode == .single)
    try press("z")
    #expect(state.scale == .linear)
    let fitting = HeatmapColumns(state, width: Self.size.width - 20).keysPerCell
    try press("+")
    #expect(HeatmapColumns(state, width: Self.size.width - 20).keysPerCell == max(1, fitting / 2))
    try press("---")
    #expect(HeatmapColumns(state, width: Self.size.width - 20).keysPerCell == fitting)
    let cursor = state.cursor
    try press("<Enter>")
    #expect(state.view == .text && state.cursor == cursor)
    try press("<Enter>1")
    #expect(state.view == .text)
  }

  @Test(arguments: ["m", "z", "+", "=", "-"])
  func keysOfTheHeatmapSaySoInTheText(_ key: String) throws {
    let before = state
    try press(key)
    #expect(state.message?.contains("heatmap view (2)") == true)
    #expect(state.headMode == before.headMode && state.scale == before.scale)
    #expect(state.keysPerCell == before.keysPerCell)
    #expect(TextRenderer.text(state.draw(size: Self.size)).contains("works in the heatmap view"))
    try press("l")
    #expect(state.message == nil)
  }

  @Test func themesAndNotes() throws {
    try press("t")
    #expect(state.theme == .dark)
    try press("tH")
    #expect(state.theme == .light && !state.showsNotes)
  }

  /// The three kinds of rows are to be compared: each is seen in every window.
  @Test func everyWindowShowsRowsOfEverySection() throws {
    try press("2")
    for theme in [Theme.mono, .dark] {
      state.theme = theme
      for height in [16, 17, 19, 21, 22, 24, 31, 36] {
        for row in HeatmapRows(state).entries.indices {
          state.heatmapRow = row
          let lines = TextRenderer.lines(state.draw(size: Size(width: 60, height: height)))
          for section in AttentionRows.Section.allCases {
            #expect(
              lines.count { $0.contains("\(section.rawValue) ") } == 1, "\(section) at \(height), row \(row)")
          }
          let label = HeatmapRows(state).entries[row].label
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
    let steps = state.timeline.steps
    #expect(state.step == nil)
    try press(",")
    #expect(state.step == steps.count - 2)
    try press("..")
    #expect(state.step == steps.count - 1)
    try press("99,")
    #expect(state.shownStep == .prefill)
    try press(">")
    #expect(state.shownStep == .lookahead(0))
    try press(">")
    #expect(state.shownStep == .evict)
    try press(">")
    #expect(state.shownStep == .decode(0))
    try press("><lt>")
    #expect(state.shownStep == .decode(0))
    try press("<lt><lt><lt><lt>")
    #expect(state.shownStep == .prefill)
    try press("<Esc>")
    #expect(state.step == nil)
  }

  @Test func anotherPolicyHasItsOwnSteps() throws {
    try press("<lt>p")
    #expect(state.shownStep == .decode(0), "the same step of another policy")
    try press("99,>")
    #expect(state.shownStep == .evict)
    try press("P<lt>.p")
    #expect(state.step == state.timeline.steps.count - 1, "SnapKV has no pseudo tokens: its last step")
  }

  @Test func playing() throws {
    try press("<Space>")
    #expect(state.isPlaying && state.step == 0)
    state.advance()
    #expect(state.step == 1)
    for _ in 0..<100 { state.advance() }
    #expect(!state.isPlaying && state.step == state.timeline.steps.count - 1)
    try press("<Space><Space>")
    #expect(!state.isPlaying)
  }

  @Test func theLargestLossIsKeptByOneAndLostByTheOther() throws {
    try press("go")
    let result = try #require(state.result)
    let other = try #require(state.pinnedResult)
    #expect(result.kept.positions(layer: state.layer, queryHead: state.head).contains(state.cursor))
    #expect(!other.kept.positions(layer: state.layer, queryHead: state.head).contains(state.cursor))
  }

  // MARK: Finding

  @Test func findingGoesOnAndRound() throws {
    try press("g/clerk<Enter>")
    let first = state.cursor
    #expect(state.message == "clerk: 1 of 3" && first > 0)
    try press("n")
    let second = state.cursor
    #expect(second > first)
    try press("n")
    let third = state.cursor
    #expect(third > second)
    try press("n")
    #expect(state.cursor == first, "round to the first")
    try press("N")
    #expect(state.cursor == third)
    try press("/<Enter>")
    #expect(state.cursor == first, "an empty search repeats the last")
  }

  @Test func findingSpansTokensAndBytes() throws {
    try press("g/the brass key behind<Enter>")
    #expect(state.message == nil)
    let found = state.cursor
    try press("g/時計<Enter>")
    #expect(state.message == nil && state.cursor > found)
  }

  @Test func findingById() throws {
    let token = state.run.prompt.tokens[20]
    let wanted = try #require(state.run.prompt.tokens.firstIndex { $0.id == token.id })
    try press("99999l/#\(token.id)<Enter>")
    #expect(state.cursor == wanted)
  }

  @Test func notFoundSaysSoAndStays() throws {
    let cursor = state.cursor
    try press("/zebra<Enter>")
    #expect(state.message == "not found: zebra" && state.cursor == cursor)
    try press("/#99999<Enter>")
    #expect(state.message == "not found: #99999" && state.cursor == cursor)
    state.search = ""
    try press("n")
    #expect(state.message?.hasPrefix("nothing to find") == true)
  }

  @Test func aSearchIsLeftByEscapeAndBackspace() throws {
    let cursor = state.cursor
    try press("/ab<BS>")
    #expect(state.entry == .search("a"))
    try press("<Esc>")
    #expect(state.entry == nil && state.cursor == cursor)
    try press("/<BS>")
    #expect(state.entry == nil)
    #expect(try press("/q<C-c>") == .none)
    #expect(state.entry == nil)
  }

  // MARK: Commands

  @Test func commandsGoToPlaces() throws {
    try press(":goto 41<Enter>")
    #expect(state.cursor == 41)
    try press(":layer 2<Enter>:head 3<Enter>")
    #expect(state.layer == 1 && state.head == 2)
    try press(":theme light<Enter>:notes off<Enter>")
    #expect(state.theme == .light && !state.showsNotes)
    try press(":notes on<Enter>")
    #expect(state.showsNotes)
  }

  @Test(arguments: ["goto", "goto x", "goto 99999", "goto -1", "layer 0", "layer 3", "head 5"])
  func numbersOutOfRangeAreRefused(_ command: String) throws {
    let before = state
    #expect(try press(":\(command)<Enter>") == .none)
    #expect(state.message?.hasPrefix("a number from") == true)
    #expect(state.cursor == before.cursor && state.layer == before.layer && state.head == before.head)
    #expect(state.settings == before.settings)
  }

  @Test(arguments: ["budget", "budget 0", "budget x", "budget 12.5", "budget 0%", "budget 1B"])
  func budgetsThatAreNoneAreRefused(_ command: String) throws {
    let before = state.settings
    #expect(try press(":\(command)<Enter>") == .none)
    #expect(state.message?.contains("budget") == true)
    #expect(state.settings == before)
  }

  @Test func budgetsMayBeSharesAndBytes() throws {
    let count = state.run.prompt.tokens.count
    #expect(try press(":budget 25%<Enter>") == .explore)
    #expect(state.settings.budget == count / 4)
    let recording = try #require(state.run.recording)
    let each = KeptTokens.all(shape: recording.shape, tokenCount: 1).byteCount()
    #expect(try press(":budget \(each * 7 + 1)B<Enter>") == .explore)
    #expect(state.settings.budget == 7)
  }

  @Test func commandsChangeSettings() throws {
    #expect(try press(":budget 100<Enter>") == .explore)
    #expect(state.settings.budget == 100)
    #expect(try press(":policy snapkv<Enter>") == .none)
    #expect(state.policyTitle == "SnapKV")
    #expect(try press(":policy laq(m=4)<Enter>") == .explore)
    #expect(state.policyTitle == "LAQ(m=4)")
    #expect(state.settings.policies.count == 5)
    _ = state.draw(size: Self.size)
    #expect(try press("u") == .explore)
    #expect(state.settings.policies.count == 4 && state.policyTitle == "SnapKV", "what was active before")
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
    #expect(state.entry == .export("text.svg", .view))
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
    #expect(state.showsHelp)
    #expect(try press("lp]}Be/x:2") == .none)
    #expect(state.showsHelp && state.entry == nil && state.view == before.view)
    #expect(state.cursor == before.cursor && state.policy == before.policy)
    #expect(state.settings == before.settings)
    #expect(try press("q") == .none)
    #expect(!state.showsHelp)
    try press("<F1>")
    #expect(state.showsHelp)
    try press("jjj")
    #expect(state.helpTop == 0, "all of it fits")
    try press("<Esc>")
    #expect(!state.showsHelp)
    try press("??")
    #expect(!state.showsHelp)
  }
}
