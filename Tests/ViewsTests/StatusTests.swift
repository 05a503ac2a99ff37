import Eviction
import Screen
import Testing
import Transformer

@testable import Exploration
@testable import Views

/// What the last line says while the engine works.
@Suite struct StatusTests {
  @Test func numbersThatNoScreenHoldsShowTheirExponent() {
    #expect(decimal(1e30, 4) == "1e+30" && decimal(-1e300, 0) == "-1e+300")
    #expect(
      decimal(-0.00004, 4) == "0.0000" && decimal(1_234_567.891, 2) == "1234567.89"
        && decimal(.infinity, 1) == "-")
  }

  @Test func aSecondPassIsNamedAndCounted() {
    let progress = PrefillProgress(tokensDone: 512, tokenCount: 2048, seconds: 2)
    for (stage, words) in [
      (Run.Stage.prefill(progress), "prefill 512 of"), (.pass(progress), "second pass 512 of"),
    ] {
      let state = ViewState(run: RunFixture.run.at(stage), theme: .mono)
      let text = TextRenderer.text(state.draw(size: Size(width: 120, height: 36), glyphs: .ascii))
      #expect(text.contains(words))
      #expect(text.contains("25 %") && text.contains("256 tokens/s") && text.contains("6.0 s left"))
    }
  }

  private static let size = Size(width: 80, height: 24)

  private func lines(_ state: ViewState, _ size: Size = StatusTests.size) -> [String] {
    TextRenderer.lines(state.draw(size: size))
  }

  /// Whatever is said or typed meanwhile, one sees how far the work is.
  @Test(arguments: GoldenScreenTests.sizes) func nothingCoversHowFarTheWorkIs(_ size: Size) throws {
    let progress = PrefillProgress(tokensDone: 512, tokenCount: 2048, seconds: 0.1)
    var state = ViewState(run: RunFixture.run.at(.prefill(progress)), theme: .mono)
    let long = String(repeating: "a message of several lines ", count: 8)
    for message in ["one match", long] {
      state.message = message
      let lines = lines(state, size)
      #expect(lines.contains { $0.contains("512 of 2,048") }, "\(size)")
      #expect(lines.contains { $0.contains(message.prefix(9)) }, "\(size)")
    }
    state.message = nil
    for entry in [ViewState.Entry.command("lay"), .search("x"), ViewState.Entry(.question, "Who?")] {
      state.typing.entry = entry
      #expect(lines(state, size).contains { $0.contains("512 of 2,048") }, "\(size)")
    }
    state = ViewState(run: RunFixture.run, theme: .mono)
    var finding = RunFixture.finding
    finding.stage = .searching
    (state.why, state.overlays.showsWhy, state.message) = (finding, true, "one match")
    #expect(lines(state, size).contains { $0.contains("71 sets") })
  }

  @Test func longMessagesAndListsWrap() throws {
    var state = RunFixture.state()
    state.message = (1...60).map { "word\($0)" }.joined(separator: " ")
    let text = TextRenderer.text(state.draw(size: Self.size))
    for number in [1, 30, 60] { #expect(text.contains("word\(number)")) }
    state.message = nil
    for key in try Key.parse(":<Tab>") { _ = state.handle(key, size: Self.size) }
    let names = try #require(state.typing.entry?.completion?.candidates)
    #expect(names.count > 60)
    let shown = TextRenderer.text(state.draw(size: Self.size))
    #expect(
      shown.contains("1 of \(names.count)") && shown.contains(" \(names[0]) ") && shown.contains(names[20]))
    for _ in 0..<names.count - 1 { _ = state.handle(.tab, size: Self.size) }
    #expect(TextRenderer.text(state.draw(size: Self.size)).contains(try #require(names.last)))
  }

  @Test func howThingsAreSetIsSeen() throws {
    var state = RunFixture.state()
    func line() -> String { lines(state)[22] }
    #expect(line().contains("kept per KV head (a)") && line().contains("theme mono (t)"))
    state.setup.settings.granularity = .queryHead
    state.display.theme = .light
    #expect(line().contains("kept per query head (a)") && line().contains("theme light (t)"))
    for key in try Key.parse("#20Gvlll") { _ = state.handle(key, size: Self.size) }
    #expect(line().contains("selecting 20–23 (v)") && line().contains("K X in this head (S)"))
    for key in try Key.parse("SK") { _ = state.handle(key, size: Self.size) }
    #expect(line().contains("edited: 1, in no file (u)") && line().contains("K X in this layer (S)"))
    state.sessionEnded(SessionRequest("a.laq", replacing: false), error: nil)
    #expect(line().contains("edited: 1 (u)"))
    #expect(lines(state, GoldenScreenTests.sizes[2])[14].contains("edited: 1 (u)"))
  }

  // MARK: Leaving

  private func press(_ keys: String, _ state: inout ViewState) throws -> Effect {
    try Key.parse(keys).reduce(Effect.none) { _, key in state.handle(key, size: Self.size) }
  }

  @Test func editsInNoFileAreAskedAboutOnce() throws {
    for quitting in ["q", ":q<Enter>", "<F10>"] {
      var state = RunFixture.state()
      _ = try press("K", &state)
      #expect(try press(quitting, &state) == .none)
      #expect(lines(state).last?.contains("leave, y or n? 1 edit by hand in no file") == true)
      #expect(try press("n", &state) == .none && state.typing.entry == nil && state.message == "still here")
      #expect(try press("\(quitting)y", &state) == .quit)
      #expect(try press("qq", &state) == .quit, "asked once")
    }
  }

  /// `A` keeps settings to come back to; the edits in them are as much a person's work.
  @Test(arguments: [
    ("KAu", "1 edit by hand, 1 in A's settings, in no file (:write)"),
    ("AKA", "1 edit by hand, 1 in A's settings, in no file (:write)"),
    ("KA", "1 edit by hand in no file (:write)"),
    ("KAlX", "2 edits by hand in no file (:write)"),
    ("KAulXlX", "3 edits by hand, 1 in A's settings, in no file (:write)"),
  ])
  func editsOfTheOtherSettingsAreAskedAbout(_ keys: String, _ loss: String) throws {
    var state = RunFixture.state()
    _ = try press(keys, &state)
    #expect(try press("q", &state) == .none)
    #expect(lines(state).last?.contains("leave, y or n? \(loss)") == true, "\(lines(state).last ?? "")")
    #expect(try press("y", &state) == .quit)
    state.sessionEnded(SessionRequest("a.laq", replacing: false), error: nil)
    #expect(try press("q", &state) == .quit, "the file holds both")
    #expect(try press("Aq", &state) == .quit)
  }

  @Test func theOtherSettingsOfASessionAreInItsFile() throws {
    var edited = RunFixture.state()
    _ = try press("K", &edited)
    var state = RunFixture.state()
    state.open(other: edited.setup)
    #expect(try press("q", &state) == .quit)
    #expect(try press("Aq", &state) == .quit)
    _ = try press("lX", &state)
    #expect(try press("Aq", &state) == .none, "another edit since, and away from it")
  }

  @Test func whatIsInAFileIsNotAskedAbout() throws {
    var state = RunFixture.state()
    _ = try press("K", &state)
    state.sessionEnded(SessionRequest("a.laq", replacing: false), error: nil)
    #expect(try press("q", &state) == .quit)
    _ = try press("lX", &state)
    #expect(try press("q", &state) == .none, "another edit since")
    _ = try press("n", &state)
    _ = try press("uu", &state)
    #expect(state.setup.editedPolicies.isEmpty)
    #expect(try press("q", &state) == .quit)
    var run = RunFixture.run
    let policy = try #require(run.settings.policies.first)
    var settings = run.settings
    settings.policies.append(policy.edited([KeptEdit(.keep, 3...3, in: .everywhere)]))
    run = run.anew(settings)
    var opened = ViewState(run: run, theme: .mono)
    #expect(try press("q", &opened) == .quit, "edits that came from a file")
  }

  @Test func aRunningSearchIsAskedAbout() throws {
    var state = RunFixture.state()
    var finding = RunFixture.finding
    finding.stage = .searching
    (state.why, state.overlays.showsWhy) = (finding, true)
    #expect(try press("q", &state) == .none)
    #expect(lines(state).last?.contains("a search is under way") == true)
    #expect(try press("y", &state) == .quit)
    #expect(try press("<Esc>", &state) == .cancelWhy)
    #expect(try press("<C-c>", &state) == .cancelWhy)
    #expect(try press("<C-c>", &state) == .quit)
  }

  @Test func theKeyThatStopsWorkQuitsTheSecondTime() throws {
    var state = RunFixture.state()
    for overlay in ["", "?", "R"] {
      _ = try press(overlay, &state)
      #expect(try press("<C-c>", &state) == .none)
      #expect(state.message == "nothing is under way; C-c again quits")
      #expect(try press("<C-c>", &state) == .quit)
      _ = try press("<Esc>", &state)
      #expect(try press("<C-c>", &state) == .none)
      _ = try press("<Esc>", &state)
    }
    #expect(try press("<C-c>l<C-c>", &state) == .none, "a key between")
  }
}
