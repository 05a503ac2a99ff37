import Foundation
import TestSupport
import Testing

/// The screen of `laq-tui eval`, and the prompts that are opened on it.
@Suite(.serialized) struct EvalScreenTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func path(_ name: String) -> String { folder.path + "/" + name }

  /// A model that only a path leads to, with a chat template.
  private func model() throws -> String {
    try FileManager.default.copyItem(atPath: Places.embeddedModel, toPath: path("model"))
    let template = "{% for message in messages %}Somebody says: {{ message.content }}\n{% endfor %}"
    try folder.write(template, as: "model/chat_template.jinja")
    return path("model")
  }

  private func needle(_ model: String, _ more: [String]) -> [String] {
    [
      "eval", "needle", "--model", model, "--lengths", "200", "--depths", "50", "--count", "1", "--steps",
      "4", "--policy", "laq",
    ]
      + ["--budget", "24"] + more
  }

  @Test func enterOpensAPromptWithTheOptionsOfTheCommand() throws {
    // A name that looks like an option.
    let name = "-\(UUID()).json", file = FileManager.default.temporaryDirectory.path + "/" + name
    defer { for end in ["", "l"] { try? FileManager.default.removeItem(atPath: file + end) } }
    let session = try TerminalSession(
      needle(try model(), ["--precision", "float32", "--chat", "--ascii", "--to=\(name)"]))
    try #require(session.shows("1 prompts"), "\(session.screen.lines)")
    #expect(!session.screen.lines.joined().utf8.contains { $0 >= 0x80 })
    session.type("\r\r")
    try #require(session.shows("[1 Text]"), "\(session.screen.lines)")
    #expect(session.shows("Somebody says:"))
    // Leaving waits for what is under way, which in a debug build on a busy machine may take longer than a
    // test waits.
    try #require(session.showsTheWholeRun())
    #expect(!session.screen.lines.joined().utf8.contains { $0 >= 0x80 })
    session.type("q")
    #expect(session.shows("1 prompts"))
    session.type("q")
    #expect(session.status() == 0)
  }

  @Test func chatIsPartOfThePlanAndOfThePromptsThatAreOpened() throws {
    let model = try model()
    #expect(try Program.run(needle(model, ["--to", path("plain.json")])).status == 0)
    let other = try Program.run(needle(model, ["--to", path("plain.json"), "--chat"]))
    #expect(
      other.status == 1 && other.errors.contains("the option 'chat' is none there and yes here"),
      "\(other.errors)")
    let chat = try Program.run(needle(model, ["--to", path("chat.json"), "--chat"]))
    #expect(chat.status == 0, "\(chat.errors)")
    #expect(try !String(contentsOfFile: path("plain.json"), encoding: .utf8).contains("chat"))
    for name in ["plain", "chat"] {
      let session = try TerminalSession([path("\(name).json"), "--model", model])
      try #require(session.shows("1 prompts"))
      session.type("\r\r")
      #expect(session.shows("[1 Text]"), "\(name): \(session.screen.lines)")
      #expect(session.showsTheWholeRun())
      #expect(
        session.screen.lines.contains { $0.contains("Somebody says:") } == (name == "chat"),
        "\(session.screen.lines)")
      session.type("qq")
      #expect(session.status() == 0)
    }
  }

  @Test func aScreenThatCannotBeOpenedEndsWithTwo() throws {
    let session = try TerminalSession(
      needle("embedded", ["--to", path("dumb.json")]), environment: ["TERM": "dumb"])
    #expect(session.status() == 2, "\(session.output)")
    #expect(session.output.contains("laq-tui: "))
  }
}
