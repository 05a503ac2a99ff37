import Eviction
import Exploration
import KeyStorm
import Screen
import Testing

@testable import Views

/// The line at the bottom: completion, history, and how it is drawn.
@Suite final class EntryTests {
  static let size = Size(width: 120, height: 36)
  var state = RunFixture.state()

  init() {
    state.typing.files = FileCompletion { folder in
      folder == "."
        ? (["kept.json", "notes.txt", ".hidden"], ["Samples"])
        : folder == "Samples/" ? (["needle.txt", "chain.txt"], []) : ([], [])
    }
  }

  @discardableResult
  private func press(_ keys: String, size: Size = size) throws -> Effect {
    try Key.parse(keys).reduce(Effect.none) { _, key in state.handle(key, size: size) }
  }

  private func lines(_ size: Size = size) -> [String] {
    TextRenderer.text(state.draw(size: size)).split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
  }

  // MARK: Completion

  @Test func tabGoesThroughTheCommandsAndRound() throws {
    try press(":<Tab>")
    #expect(state.typing.entry?.text == "goto")
    try press("<Tab>")
    #expect(state.typing.entry?.text == "layer")
    try press("<S-Tab><S-Tab>")
    #expect(state.typing.entry?.text == "back", "round to the last one, of the keys' actions")
    #expect(lines()[24...33].contains { $0.contains(" back ") })
  }

  @Test func escapeTakesACompletionBackAndThenLeaves() throws {
    try press(":th<Tab>")
    #expect(state.typing.entry?.text == "theme ", "its argument goes on behind it")
    try press("l<Tab>")
    #expect(state.typing.entry?.text == "theme light")
    try press("<C-u>:<C-u>s<Tab>")
    #expect(state.typing.entry?.text == "set")
    try press("<Tab><Esc>")
    #expect(state.typing.entry?.text == "s")
    try press("<Esc>")
    #expect(state.typing.entry == nil)
  }

  @Test(arguments: [
    ("policy sna", "policy snapkv"), ("policy snapkv/py", "policy snapkv/pyramid"),
    ("policy kvz", "policy kvzip"),
    ("policy snapkv(w", "policy snapkv(w="), ("policy snapkv(pool=", "policy snapkv(pool=max"),
    ("policy laq(m=16,ma", "policy laq(m=16,mask="), ("policy laq++/a", "policy laq++/ada"),
    ("policy snapkv/heads(Sam", "policy snapkv/heads(Samples/"),
    ("policy snapkv/heads(Samples/n", "policy snapkv/heads(Samples/needle.txt"),
    ("policy snapkv/heads(file=ke", "policy snapkv/heads(file=kept.json"),
    ("policy snapkv/heads(Samples/a.json,b", "policy snapkv/heads(Samples/a.json,by="),
    ("policy snapkv/heads(a/b.json,by=r", "policy snapkv/heads(a/b.json,by=retrieval"),
    ("policy snapkv/heads(a/b.json)+crit", "policy snapkv/heads(a/b.json)+critical"),
    ("policy laq++(w1=4,ke", "policy laq++(w1=4,kernel="), ("policy snapkv+crit", "policy snapkv+critical"),
    ("policy snapkv+chunkkv(s", "policy snapkv+chunkkv(size="), ("theme l", "theme light"),
    ("view t", "view text"),
    ("set m", "set m="), ("set mask=r", "set mask=reference"), ("granularity q", "granularity query"),
    ("export Sa", "export Samples/"), ("export Samples/n", "export Samples/needle.txt"),
    ("write .", "write .hidden"),
  ])
  func argumentsComplete(_ typed: String, _ completed: String) throws {
    try press(":\(typed)<Tab>")
    #expect(state.typing.entry?.text == completed)
  }

  @Test func whyIsCompletedWithItsAims() throws {
    func candidates(_ typed: String) throws -> [String] {
      try press("<Esc><Esc>:\(typed)<Tab>")
      return state.typing.entry?.completion?.candidates ?? [state.typing.entry?.text ?? ""]
    }
    #expect(try candidates("why ") == ["laq", "snapkv", "streaming", "oracle", "first", "whole"])
    let index = try #require(state.run.results.firstIndex { $0.policy.name == "snapkv" })
    let tokens = state.run.differingTokens(of: state.run.results[index]).map { "snapkv \($0 + 1)" }
    #expect(!tokens.isEmpty)
    #expect(try candidates("why snapkv ") == ["snapkv first", "snapkv whole"] + tokens)
    #expect(try candidates("why snapkv w") == ["why snapkv whole"], "the only one")
    state.setup.settings.expected = [try ExpectedAnswer(parsing: "x")]
    #expect(try candidates("why snapkv e") == ["why snapkv expected"])
  }

  /// A path in a name is no syntax: neither its slashes nor what stands in quotes.
  @Test func aDraftIsCompletedWithFiles() throws {
    func text(_ typed: String) throws -> String? {
      try press("<Esc><Esc>:policy \(typed)<Tab>")
      return state.typing.entry?.text
    }
    #expect(try text("laq(source=d") == "policy laq(source=draft:")
    #expect(try text("laq(source=draft:Samples/n") == "policy laq(source=draft:Samples/needle.txt")
    #expect(try text("laq(m=4,source=draft:\"Samples/c") == "policy laq(m=4,source=draft:\"Samples/chain.txt")
    #expect(try text("laq(source=draft:/a/b,chea") == "policy laq(source=draft:/a/b,cheap=")
    #expect(try text("laq(source=draft:\"/a,(b\")/ad") == "policy laq(source=draft:\"/a,(b\")/ada")
    #expect(PolicyCompletion.draft("laq(source=draft:/a)") == nil && PolicyCompletion.draft("laq(m=4") == nil)
  }

  @Test func everyCompletedPolicyIsUnderstood() throws {
    for family in PolicyRegistry.all.map(\.name) {
      for name in PolicyCompletion.names(family)
      where name.last != "(" && name.last != "/" && name.last != "+" {
        #expect(Policy(name) != nil, "\(name)")
      }
    }
  }

  @Test func whatHasNoCompletionSaysSo() throws {
    try press(":xyz<Tab>")
    #expect(state.typing.entry == .command("xyz") && state.message == "nothing completes this")
    try press("<Esc>/cl<Tab>")
    #expect(state.typing.entry == .search("cl"))
  }

  @Test func hiddenFilesAndFoldersAreShownAsInAShell() {
    #expect(state.typing.files.candidates("") == ["Samples/", "kept.json", "notes.txt"])
    #expect(state.typing.files.candidates("Samples/") == ["Samples/chain.txt", "Samples/needle.txt"])
    #expect(state.typing.files.candidates("nowhere/x").isEmpty)
  }

  @Test func candidatesAreShownWithTheSelectedOneInSight() throws {
    for size in [Self.size, Size(width: 60, height: 16)] {
      try press("<Esc><Esc>:", size: size)
      for _ in 0..<30 {
        try press("<Tab>", size: size)
        let text = state.typing.entry?.text ?? ""
        #expect(lines(size).dropLast().contains { $0.contains(" \(text) ") }, "\(text) at \(size)")
      }
    }
  }

  // MARK: History

  @Test func earlierLinesComeBackByWhatTheyBeginWith() throws {
    try press(":goto 3<Enter>:layer 2<Enter>:goto 5<Enter>:<Up>")
    #expect(state.typing.entry?.text == "goto 5")
    try press("<Up><Up><Up>")
    #expect(state.typing.entry?.text == "goto 3", "the oldest stays")
    try press("<Down><Down><Down>")
    #expect(state.typing.entry?.text == "", "behind the newest comes what had been typed")
    try press("g<Up><Up>")
    #expect(state.typing.entry?.text == "goto 3", "the layer is passed over")
    try press("<Esc>/<Up>")
    #expect(state.typing.entry?.text == "", "a search has its own")
  }

  @Test func aCalledBackLineCanBeEdited() throws {
    try press(":goto 31<Enter>:<Up><BS>7<Enter>")
    #expect(state.cursor.position == 37)
    try press(":<Up>")
    #expect(state.typing.entry?.text == "goto 37")
  }

  // MARK: Pasting

  @Test func aPasteGoesIntoALineAndNowhereElse() throws {
    let before = state.setup.settings
    state.paste("Be\nq")
    #expect(
      state.setup.settings == before && state.typing.entry == nil
        && state.message?.contains("i opens the question's") == true)
    try press("i??<Left>")
    state.paste("a\nb")
    #expect(state.typing.entry?.text == "?a\nb?")
    try press("<Esc>:<Tab>")
    state.paste("a\nb")
    #expect(state.typing.entry?.text == "gotoa b" && state.typing.entry?.completion == nil)
  }

  // MARK: Drawing

  @Test func theCursorStaysInSightInALongLine() throws {
    let small = Size(width: 60, height: 16)
    let words = (1...40).map { "word\($0)" }.joined(separator: " ")
    try press("i\(words)", size: small)
    #expect(lines(small)[15].hasSuffix("word39 word40") || lines(small)[15].contains("word40"))
    try press("<Home>", size: small)
    #expect(lines(small)[15].hasPrefix(" question: word1 word2"))
    for _ in 0..<12 { try press("<Right><Right><Right>鍵", size: small) }
    let grid = state.draw(size: small)
    #expect(ScreenChecks.isClean(grid))
    #expect((0..<60).contains { grid[15, $0].style == state.display.theme[.cursor] })
  }

  /// What a frame costs hangs on what is seen: the time of a short line, with much to spare, and not of a
  /// long one squared.
  @Test func aLongPasteIsDrawnAtOnce() throws {
    try press("i<C-u>")
    state.paste(String(repeating: "mill鍵 ", count: 100_000) + "end")
    let start = ContinuousClock.now
    #expect(lines()[35].hasSuffix("mill鍵 end"))
    try press("<Home>")
    #expect(lines()[35].hasPrefix(" question: mill鍵 mill"))
    #expect(start.duration(to: .now) < .seconds(8))
  }

  @Test func notesNameOnesOwnKeys() throws {
    state.display.keys = try KeyTable.standard.rebound([
      ("search-next", ["&"]), ("back", ["<F4>"]), ("quit", ["Q"]), ("number", ["%"]), ("down", ["J"]),
    ])
    try press("/")
    #expect(lines()[33].contains("& and N go on"))
    try press("<Esc>%")
    #expect(lines()[35].contains("then a key; F4 leaves"))
    try press("<F4>?")
    let small = Size(width: 60, height: 16)
    #expect(
      lines(small).contains { $0.contains("J: more") }
        && lines(small).contains { $0.contains("%3l moves by three") })
    #expect(TextRenderer.text(state.draw(size: Size(width: 100, height: 9))).contains("(Q quits)"))
  }

  @Test func whatIsTypedIsShownNotSent() throws {
    try press("i")
    for scalar in "a\u{1B}[2Jb\u{202E}c".unicodeScalars {
      _ = state.handle(.character(Character(scalar)), size: Self.size)
    }
    #expect(ScreenChecks.isClean(state.draw(size: Self.size)))
  }
}
