import Eviction
@testable import Exploration
import Screen
import Testing

@testable import Views

/// Keys that edit what is kept, ask why an answer was lost, and go between settings.
@Suite final class EditTests {
  static let size = Size(width: 120, height: 36)
  var state = RunFixture.state()

  @discardableResult
  private func press(_ keys: String) throws -> Effect {
    try Key.parse(keys).reduce(Effect.none) { _, key in state.handle(key, size: Self.size) }
  }

  @Test func keepingATokenMakesAPolicyOfItsOwn() throws {
    (state.cursor.layer, state.cursor.head) = (1, 2)
    try press("#20G")
    #expect(try press("K") == .explore)
    #expect(state.setup.policyTitle == "LAQ*" && state.setup.pinnedTitle == "LAQ")
    #expect(
      state.setup.settings.policies.map(\.title) == ["LAQ", "SnapKV", "StreamingLLM", "oracle", "LAQ*"])
    #expect(
      state.setup.settings.policies[4].edits == [KeptEdit(.keep, 20...20, in: .head(layer: 1, queryHead: 2))])
    #expect(state.message?.contains("token 20 kept in this head") == true)
  }

  @Test func aSelectedSpanIsEvictedInTheChosenScope() throws {
    try press("#20Gvlll")
    #expect(state.cursor.selection == 20...23)
    try press("SX")
    #expect(
      state.setup.settings.policies.last?.edits == [KeptEdit(.evict, 20...23, in: .layer(state.cursor.layer))]
    )
    #expect(state.cursor.selectionStart == nil)
    try press("#30GvhhSK")
    #expect(state.setup.settings.policies.last?.edits.last == KeptEdit(.keep, 28...30, in: .everywhere))
    #expect(state.setup.settings.policies.count == 5 && state.setup.settings.policies.last?.edits.count == 2)
    try press("v<Esc>")
    #expect(state.cursor.selectionStart == nil)
  }

  @Test func editsAreUndoneOneByOne() throws {
    try press("#20GKlK")
    #expect(state.setup.settings.policies.last?.edits.count == 2)
    #expect(try press("u") == .explore)
    #expect(state.setup.settings.policies.last?.edits.count == 1)
    #expect(try press("u") == .explore)
    #expect(state.setup.settings == state.run.settings)
    #expect(state.setup.policyTitle == "LAQ" && state.setup.pinnedTitle == "SnapKV")
    try press("pK")
    #expect(state.setup.policyTitle == "SnapKV*" && state.setup.pinnedTitle == "SnapKV")
    try press("pK")
    #expect(state.setup.policyTitle == "LAQ*", "each policy has its own")
  }

  @Test func aSelectedSpanIsSeen() throws {
    state.display.theme = .dark
    try press("#20G")
    let before = state.draw(size: Self.size)
    try press("vlll")
    let style = Theme.dark[.found].background
    func marked(_ grid: Grid) -> Int {
      (0..<grid.height).reduce(0) { sum, row in
        sum + (0..<grid.width).count { grid[row, $0].style.background == style }
      }
    }
    #expect(marked(before) == 0 && marked(state.draw(size: Self.size)) > 3)
  }

  // MARK: Why

  @Test func whyIsAskedOfAPolicyThatLostTheAnswer() throws {
    #expect(try press("Y") == .none)
    #expect(state.message?.contains("LAQ gives the full cache's answer") == true && !state.overlays.showsWhy)
    #expect(try press(":why snapkv<Enter>") == .why)
    #expect(state.overlays.showsWhy && state.why?.policy.name == "snapkv" && state.why?.stage == .ranking)
    #expect(try press("<Esc>") == .cancelWhy, "running")
    #expect(state.overlays.showsWhy)
    state.why = RunFixture.finding
    #expect(try press("<Esc>") == .none)
    #expect(!state.overlays.showsWhy)
    #expect(try press(":why snapkv<Enter>") == .none, "it is known already")
    #expect(state.overlays.showsWhy)
    #expect(try press("e") == .exportWhy)
    #expect(try press(":why h2o<Enter>") == .none)
    #expect(!state.overlays.showsWhy && state.message?.contains("choose another policy") == true)
  }

  @Test func whatIsAimedAtIsTypedOrSteppedThrough() throws {
    let index = try #require(state.run.results.firstIndex { $0.policy.name == "snapkv" })
    let last = try #require(state.run.full?.answer.tokens.indices.last)
    state.run.results[index].followed?.steps[last] = NextTokens(
      candidates: [NextTokens.Candidate(token: 7, probability: 0.5)], divergence: 1)
    let tokens = state.run.differingTokens(of: state.run.results[index])
    try #require(tokens.count == 2)
    #expect(try press(":why snapkv<Enter>") == .why)
    #expect(try press(".") == .why)
    #expect(state.why?.target == .token(tokens[1]) && state.overlays.showsWhy)
    #expect(try press(",") == .why)
    #expect(state.why?.target == .first)
    #expect(try press(",") == .none)
    #expect(state.message?.contains("no earlier token") == true)
    #expect(try press(":why snapkv \(tokens[1] + 1)<Enter>") == .why)
    #expect(state.why?.target == .token(tokens[1]))
    #expect(try press(":why snapkv<Enter>") == .none, "whatever was aimed at stays")
    #expect(try press(":why snapkv whole<Enter>") == .why)
    #expect(state.why?.target == .whole)
    #expect(try press(":why snapkv expected<Enter>") == .none)
    #expect(state.message?.contains("--expect") == true)
    #expect(try press(":why snapkv 99<Enter>") == .none)
    #expect(state.message?.contains("choose one of 1 to") == true)
  }

  @Test func aSearchThatEndedBeforeAllWasTriedGoesOn() throws {
    (state.why, state.overlays.showsWhy) = (RunFixture.finding, true)
    let words = TextRenderer.text(state.draw(size: Size(width: 120, height: 36)))
    #expect(words.contains("r goes on"))
    #expect(try press("r") == .why)
    #expect(state.why?.isFinished == false && state.why?.parts.count == RunFixture.finding.parts.count)
    #expect(try press("r") == .none)
    #expect(state.message?.contains("still going on") == true)
    var settled = RunFixture.finding
    settled.parts.removeLast()
    state.why = settled
    #expect(!TextRenderer.text(state.draw(size: Size(width: 120, height: 36))).contains("r goes on"))
    #expect(try press("r") == .none)
    #expect(state.message?.contains("come to its end") == true)
  }

  @Test func aSearchIsStoppedOrStaysInSight() throws {
    #expect(try press(":why snapkv<Enter>") == .why)
    #expect(try press(":why full<Enter>") == .none)
    #expect(state.message != nil && state.overlays.showsWhy && state.why?.policy.name == "snapkv")
    #expect(try press("<Esc>") == .cancelWhy)
  }

  @Test func overlaysLeaveTheTerminalItsKeys() throws {
    for keys in ["?", "?<Esc>:why snapkv<Enter>"] {
      try press(keys)
      #expect(try press("<C-l>") == .redraw)
      #expect(try press("<C-z>") == .suspend)
      #expect(state.overlays.showsHelp || state.overlays.showsWhy)
    }
  }

  @Test func whatBringsTheAnswerBackIsKeptByHand() throws {
    (state.why, state.overlays.showsWhy) = (RunFixture.finding, true)
    let finding = try #require(state.why)
    #expect(try press("<Enter>") == .explore)
    #expect(
      state.setup.policyTitle == "SnapKV*" && state.setup.pinnedTitle == "SnapKV" && !state.overlays.showsWhy)
    #expect(state.setup.settings.policies.last?.edits == finding.restored.map(\.restoring))
    #expect(state.cursor.position == finding.restored[0].token?.position)
  }

  @Test func theFindingScrollsNoFurtherThanItsEnd() throws {
    (state.why, state.overlays.showsWhy) = (RunFixture.finding, true)
    try press("k")
    #expect(state.overlays.whyTop == 0)
    try press("j")
    #expect(state.overlays.whyTop == 1)
    for _ in 0..<100 { try press("<PgDn>") }
    let lines = TextRenderer.text(state.draw(size: Self.size))
    #expect(lines.contains("of \(WhyList.rows(of: RunFixture.finding).count)"))
    try press("lp2[")
    #expect(state.overlays.showsWhy && state.display.view == .text)
  }

  /// What goes for want of room was nobody's choice.
  @Test func aTokenOfTheWindowThatHasNoRoomIsNotSaidToGoByHand() throws {
    // A window is longer than the budget only where it is said.
    let run = RunFixture.makeRun(budget: 16, names: ["laq", "snapkv(w=32)", "streaming", "oracle"])
    state = ViewState(run: run, theme: .mono)
    try press("p")
    try #require(state.setup.policyTitle == "SnapKV(w=32)")
    let count = state.run.prompt.tokens.count
    func inspected(_ position: Int) throws -> String? {
      try press("#\(position)G")
      let lines = TextRenderer.text(state.draw(size: Self.size)).split(separator: "\n").map(String.init)
      return lines.first { $0.contains("  SnapKV(w=32)") && $0.contains("by score") }
    }
    #expect(try inspected(count - 20)?.contains("evicted  no room ") == true)
    #expect(try inspected(count - 5)?.contains("kept     always ") == true)
    #expect(try inspected(count - 60)?.contains("rank") == true)
  }

  // MARK: Two settings

  @Test func twoSettingsAreKept() throws {
    try press("A")
    #expect(state.message?.contains("these settings are kept") == true)
    #expect(try press("BBx") == .none)
    let changed = state.setup.settings
    #expect(try press("A") == .explore)
    #expect(state.setup.settings == state.run.settings)
    #expect(try press("A") == .explore)
    #expect(state.setup.settings == changed)
    try press("u")
    #expect(state.setup.settings == state.run.settings, "going between them is undone, too")
  }
}
