import Checkpoint
import Eviction
import Exploration
import Foundation
import KeyStorm
import Screen
import TestSupport
import Testing

@testable import Views

/// Sessions as files: what goes in comes back, and nothing that stands in one can do harm.
@Suite final class SessionFileTests {
  static let size = Size(width: 120, height: 36)
  var state = RunFixture.state()
  let origin = SessionOrigin(textPath: "/texts/harbour.txt", model: "embedded", precision: .float32)

  private func press(_ keys: String) throws {
    for key in try Key.parse(keys) { _ = state.handle(key, size: Self.size) }
  }

  private func file() throws -> SessionFile { SessionFile(state, origin: origin, path: "/sessions/a.laq") }

  private func restored(_ file: SessionFile) throws -> ViewState {
    var other = ViewState(run: RunFixture.run, theme: .mono)
    other.setup.settings.policies = try file.setup.policies(keepingEdits: true, path: "a.laq")
    try file.setup.apply(to: &other.setup.settings, path: "a.laq")
    other.setup.settings.budget = state.setup.settings.budget
    (other.setup.policy, other.setup.pinned) = (file.setup.active ?? 0, file.setup.pinned)
    try file.screen.place(&other, shape: RunFixture.shape, path: "a.laq")
    file.screen.placeStep(&other)
    return other
  }

  @Test func whatIsWrittenComesBack() throws {
    try press(
      "AlvllKSX:policy laq(m=16)/ada<Enter>:set w1=4<Enter>:steps 9<Enter>a3fs]]{4lsG.,,1#40G/clerk<Enter>vjj"
    )
    let file = try file()
    let read = try SessionFile(try file.data(), path: "a.laq")
    #expect(read == file)
    let other = try restored(read)
    #expect(other.setup.settings == state.setup.settings)
    #expect((other.setup.policy, other.setup.pinned) == (state.setup.policy, state.setup.pinned))
    #expect(
      (other.cursor.layer, other.cursor.head, other.cursor.position, other.cursor.step) == (
        state.cursor.layer, state.cursor.head, state.cursor.position, state.cursor.step
      ))
    #expect(
      other.cursor.selectionStart == state.cursor.selectionStart && other.search.typed == "clerk"
        && other.display.view == state.display.view)
    #expect(
      other.display.heads.figure == state.display.heads.figure
        && other.display.heads.isSorted == state.display.heads.isSorted
        && other.display.compare.sortColumn == state.display.compare.sortColumn)
    #expect(read.other?.policies.map(\.name) == ["laq", "snapkv", "streaming", "oracle"])
    #expect(read.source.precision == "float32" && read.source.text.path == "/texts/harbour.txt")
    #expect(
      try SessionFile(state, origin: origin, path: "/sessions/a.laq").data() == file.data(), "equal bytes")
  }

  @Test func whatIsExpectedIsKept() throws {
    state.setup.settings.expected = try ["tide clock", "/tide|tin/"].map { try ExpectedAnswer(parsing: $0) }
    let read = try SessionFile(try file().data(), path: "a.laq")
    #expect(read.setup.expected == ["tide clock", "/tide|tin/"])
    #expect(try restored(read).setup.settings.expected == state.setup.settings.expected)
    var bad = read
    bad.setup.expected = ["tide", "/(/"]
    let error = #expect(throws: SessionFileError.self) { try restored(bad) }
    #expect(error?.description.contains("setup.expected[1]") == true)
  }

  @Test func variablesOfTheTemplateAreKept() throws {
    let chat = ChatTemplateFile(path: "t", source: "{{ messages[0].content }}{{ a }}", tokens: [:])
    let variables = try TemplateVariables(parsing: ["a=\"1\"", "enable_thinking=false"])
    let prompt = try state.setup.prompt.framed(PromptFraming(chat: chat, system: "", variables: variables))
    state = ViewState(run: RunFixture.makeRun(prompt))
    let read = try SessionFile(try file().data(), path: "a.laq")
    #expect(read.source.template == ["a=\"1\"", "enable_thinking=false"] && read.source.system == "")
    #expect(try read.templateVariables(path: "a.laq") == variables)
    // Files from before they were kept have none.
    func changed(_ template: [String]?) throws -> SessionFile {
      let data = try broken { json in
        var source = json["source"] as? [String: Any]
        source?["template"] = template
        json["source"] = source
      }
      return try SessionFile(data, path: "a.laq")
    }
    #expect(try changed(nil).templateVariables(path: "a.laq") == nil)
    let wrong = try changed(["a"])
    do {
      _ = try wrong.templateVariables(path: "a.laq")
      Issue.record("read")
    } catch { #expect("\(error)".hasPrefix("a.laq: a damaged session, at source.template: --template a")) }
  }

  @Test func aTextFromStandardInputIsInside() throws {
    let stdin = SessionOrigin(textPath: nil, model: "embedded")
    let file = SessionFile(state, origin: stdin, path: "a.laq")
    #expect(file.source.text.content == RunFixture.text && file.source.text.base64 == nil)
    state = ViewState(run: RunFixture.makeRun(RunFixture.prompt([0x61, 0xFF, 0x0A])))
    let bytes = SessionFile(state, origin: stdin, path: "a.laq")
    #expect(
      bytes.source.text.content == nil
        && bytes.source.text.base64 == Data([0x61, 0xFF, 0x0A]).base64EncodedString())
    #expect(bytes.source.text.sha256 == Prompt.hash(of: [0x61, 0xFF, 0x0A]))
  }

  @Test func pathsBelowTheSessionMoveWithIt() throws {
    let folder = try ScratchFolder()
    let text = URL(fileURLWithPath: try folder.write("a", as: "texts/a.txt"))
    let here = SessionPath(session: folder.path("s.laq"))
    #expect(here.written(text.path) == "./texts/a.txt")
    #expect(SessionPath(session: "/moved/s.laq").read("./texts/a.txt") == "/moved/texts/a.txt")
    #expect(SessionPath(session: "/elsewhere/s.laq").written(text.path) == text.path)
    #expect(
      here.written("org/model") == "org/model" && here.read("org/model") == "org/model"
        && here.read("/x") == "/x")
  }

  @Test func sessionsAreToldFromTextsByTheirContent() throws {
    #expect(SessionFile.isSession(try file().data()))
    #expect(SessionFile.isSession(Data("\n { \"schema\": \"laq-tui.session\"".utf8)))
    #expect(!SessionFile.isSession(Data("The schema is \"laq-tui.session\".".utf8)))
    #expect(!SessionFile.isSession(Data("{\"schema\": \"laq-tui.kept\"}".utf8)))
    #expect(!SessionFile.isSession(Data()))
  }

  /// The other settings stand before the schema.
  @Test func aLongQuestionHidesNoSession() throws {
    state.setup.prompt = try state.setup.prompt.asking(String(repeating: "Who was it? ", count: 6_000))
    try press("Ai<C-u>Who?<Enter>")
    let folder = try ScratchFolder()
    let path = folder.path("a.laq")
    let data = try file().data()
    #expect(!SessionFile.isSession(data.prefix(1 << 16)))
    try data.write(to: URL(fileURLWithPath: path))
    #expect(try SessionFile.read(path) == file())
    // Other JSON may quote the name, and may be damaged.
    let quoting = "{\"a\": \"" + String(repeating: "x", count: 1 << 16) + "\", \"b\": [\"laq-tui.session\"]"
    for text in [quoting, quoting + "}"] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      #expect(try SessionFile.read(path) == nil)
    }
  }

  // MARK: What is wrong is named

  private func broken(_ change: (inout [String: Any]) -> Void) throws -> Data {
    var json = try #require(JSONSerialization.jsonObject(with: file().data()) as? [String: Any])
    change(&json)
    return try JSONSerialization.data(withJSONObject: json)
  }

  private func sentence(_ data: Data) -> String {
    do {
      _ = try restored(SessionFile(data, path: "a.laq"))
      return ""
    } catch { return "\(error)" }
  }

  @Test func aNewerVersionIsRefused() throws {
    let data = try broken { json in
      json["version"] = 3
      json["program"] = "laq-tui 9.0.0"
      json["setup"] = "another form"
    }
    #expect(
      sentence(data)
        == "a.laq: version 3 of a session, written by laq-tui 9.0.0, and this program reads version 2; use a newer laq-tui"
    )
  }

  @Test func placesOfDamageAreNamed() throws {
    func setup(_ change: @escaping (inout [String: Any]) -> Void) throws -> String {
      sentence(
        try broken { json in
          var setup = json["setup"] as? [String: Any] ?? [:]
          change(&setup)
          json["setup"] = setup
        })
    }
    #expect(try setup { $0["budget"] = nil }.contains("at setup: the field 'budget' is missing"))
    #expect(try setup { $0["budget"] = 48 }.contains("at setup.budget: a text was expected"))
    #expect(
      try setup { $0["policies"] = [["name": "snapkvv"]] }.contains(
        "at setup.policies[0]: there is no policy 'snapkvv'"))
    #expect(try setup { $0["policies"] = [] }.contains("setup.policies is '0 policies'"))
    #expect(try setup { $0["answerLimit"] = 1 << 40 }.contains("setup.answerLimit"))
    #expect(try setup { $0["granularity"] = "rows" }.contains("one of kv, query"))
    for edit in [
      ["action": "keep", "first": 9, "last": 3], ["action": "keep", "first": -1, "last": 3],
      ["action": "evict", "first": 0, "last": 0, "layer": 0],
      ["action": "evict", "first": 0, "last": 0, "head": 2],
    ] as [[String: Any]] {
      #expect(
        try setup { $0["policies"] = [["name": "laq", "edits": [edit]]] }.contains(
          "setup.policies[0].edits[0]"), "\(edit)")
    }
    #expect(
      try setup { $0["policies"] = [["name": "laq", "edits": [["action": "burn", "first": 0, "last": 0]]]] }
        .contains("edits[0].action"))
    #expect(sentence(Data("{\"schema\":\"laq-tui.session\",".utf8)).contains("it is no JSON"))
    #expect(sentence(Data(String(repeating: "[", count: 100_000).utf8)).contains("it is no JSON"))
  }

  @Test func placesBeyondTheTextAreTheNearest() throws {
    let data = try broken { json in
      json["screen"] = [
        "layer": Int.max, "head": Int.min, "cursor": Int.max, "step": Int.max, "keysPerCell": -5,
        "heatmapRow": Int.max,
        "selectionStart": Int.min, "view": "text", "search": "\u{1B}[2J", "plotted": ["nonsense"],
      ]
    }
    var other = try restored(SessionFile(data, path: "a.laq"))
    #expect(
      (other.cursor.layer, other.cursor.head) == (1, 0)
        && other.cursor.position == other.setup.prompt.tokens.count - 1)
    for view in ViewState.View.allCases {
      other.display.view = view
      #expect(ScreenChecks.isClean(other.draw(size: Self.size)))
    }
  }

  /// Whatever a byte becomes: a session that can be looked at, or an error.
  @Test func damagedBytesNeverTrap() throws {
    try press("lvllK")
    let original = try file().data()
    var generator = FixedGenerator(seed: 3)
    for _ in 0..<400 {
      var data = original
      for _ in 0...generator.next(below: 3) {
        let place = generator.next(below: data.count)
        data[place] = UInt8(generator.next(below: 256))
      }
      if generator.next(below: 8) == 0 { data = data.prefix(generator.next(below: data.count)) }
      guard let file = try? SessionFile(data, path: "a.laq"), let other = try? restored(file) else {
        continue
      }
      _ = other.draw(size: Self.size)
    }
  }

  // MARK: Keys

  @Test func writingAsksForANameOnce() throws {
    try press(":w<Enter>")
    #expect(state.typing.entry == ViewState.Entry(.session, "session.laq"))
    let effect = try Key.parse("<C-u>b.laq<Enter>").reduce(Effect.none) { _, key in
      state.handle(key, size: Self.size)
    }
    #expect(effect == .save(SessionRequest("b.laq")))
    state.sessionEnded(SessionRequest("b.laq"), error: nil)
    #expect(state.message == "session written to b.laq; laq-tui b.laq opens it")
    let again = try Key.parse(":w<Enter>").reduce(Effect.none) { _, key in state.handle(key, size: Self.size)
    }
    #expect(again == .save(SessionRequest("b.laq", replacing: true)), "one's own file is replaced")
    let foreign = try Key.parse(":w c.laq<Enter>").reduce(Effect.none) { _, key in
      state.handle(key, size: Self.size)
    }
    #expect(foreign == .save(SessionRequest("c.laq")))
  }

  @Test func aForeignFileIsAskedAbout() throws {
    state.sessionEnded(SessionRequest("c.laq"), error: ExportError.exists("c.laq"))
    #expect(
      TextRenderer.text(state.draw(size: Self.size)).contains("replace it, y or n? there is a file c.laq"))
    #expect(state.handle(.character("n"), size: Self.size) == .none)
    #expect(state.message == "nothing written; c.laq is as it was" && state.editing.sessionPath == nil)
    state.sessionEnded(SessionRequest("c.laq"), error: ExportError.exists("c.laq"))
    #expect(state.handle(.character("y"), size: Self.size) == .save(SessionRequest("c.laq", replacing: true)))
    state.sessionEnded(SessionRequest("/no/c.laq"), error: ExportError.noFolder("/no/c.laq", folder: "/no"))
    #expect(
      state.typing.entry == ViewState.Entry(.session, "/no/c.laq")
        && state.message?.contains("there is no folder") == true)
  }
}
