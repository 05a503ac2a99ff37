import Foundation
import TestSupport
import Testing

/// Lists of messages and beginnings of answers, as the program takes them: by options, in sessions, exports and
/// the configuration.
@Suite(.serialized) struct ConversationProgramTests {
  let folder: ScratchFolder
  let model: String
  let chat: String

  init() throws {
    folder = try ScratchFolder()
    model = try folder.model().path
    try folder.write(
      "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}[assistant]",
      as: "model/chat_template.jinja")
    chat = try folder.write(
      #"[{"role":"system","content":"Hush."},{"role":"user","content":"The mill was quiet."}]"#,
      as: "chat.json")
  }

  private var options: [String] {
    ["--model", model, "--policy", "streaming", "--steps", "1", "--screen", "text", "--size", "140x36"]
  }

  private func screen(_ arguments: [String], input: String = "", config: String? = nil) throws -> (
    output: String, errors: String
  ) {
    var environment: [String: String] = [:]
    if let config {
      try folder.write(config, as: "laq-tui/config.toml")
      environment = ["XDG_CONFIG_HOME": folder.path]
    }
    let outcome = try Program.run(arguments, input: input, environment: environment)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return (outcome.output.replacing("·", with: " "), outcome.errors)
  }

  @Test func aListOfMessagesIsAConversationInAChat() throws {
    let (output, _) = try screen([chat, "--chat"] + options)
    #expect(output.contains("[system]Hush.[user]The mill was quiet.[assistant]"), "\(output)")
    let asked = try screen([chat, "--chat", "--question", "Who?", "--answer-prefix", "It"] + options).output
    // A line break is drawn as one.
    #expect(asked.contains("Who?[assistant]It"), "\(asked)")
    let piped = try screen(["-", "--chat"] + options, input: String(contentsOfFile: chat, encoding: .utf8))
    #expect(piped.output.contains("[system]Hush.[user]The mill"))
    let settings = try screen([chat, "--chat"] + options + ["--keys", "4d"]).output
    #expect(settings.contains("a conversation of 2 messages, its system's turn included"), "\(settings)")
  }

  @Test func withoutAChatItIsATextThatIsTold() throws {
    let (output, errors) = try screen([chat] + options)
    #expect(output.contains(#"{"role":"user""#))
    #expect(errors.contains("chat.json is a list of 2 messages, read as a text") && errors.contains("--chat"))
    let damaged = try folder.write(#"[{"role":"user"}]"#, as: "damaged.json")
    #expect(try screen([damaged] + options).errors.contains("--chat says what is wrong with it"))
    let refused = try Program.run([damaged, "--chat"] + options)
    #expect(
      refused.status == 1 && refused.errors.contains("damaged.json: a damaged list of messages, at [0]"))
    let answered = try folder.write(
      #"[{"role":"user","content":"Hi"},{"role":"assistant","content":"Ho"}]"#, as: "answered.json")
    let told = "ends with the assistant's turn"
    #expect(try screen([answered, "--chat"] + options).errors.contains(told))
    #expect(try !screen([answered, "--chat", "--question", "So?"] + options).errors.contains(told))
  }

  @Test func theConversationsOwnSystemGoesBeforeTheConfigurations() throws {
    let config = "chat = true\nsystem = \"Shout.\"\n"
    #expect(try !screen([chat] + options, config: config).output.contains("Shout."))
    let refused = try Program.run([chat, "--chat", "--system", "Shout."] + options)
    #expect(
      refused.status == 64 && refused.errors.contains("a system's turn of its own"), "\(refused.errors)")
  }

  @Test func sessionsKeepBoth() throws {
    let session = folder.path("a.laq")
    let keys = ["--keys", ":answer-prefix \"It \"<Enter>:w \(session)<Enter>"]
    let written = try screen([chat, "--chat"] + options + keys).output
    #expect(written.contains("[assistant]It") && written.contains("session written"))
    let kept = try String(contentsOfFile: session, encoding: .utf8)
    #expect(kept.contains("\"answerPrefix\" : \"It \"") && kept.contains("chat.json"))
    let opened = try screen([session, "--screen", "text"], config: "answer-prefix = \"No\"\n")
    #expect(opened.output.contains("[system]Hush.[user]The mill was quiet.[assistant]It"), "\(opened.output)")
    #expect(!opened.errors.contains("has changed"), "\(opened.errors)")
    #expect(
      try screen([session, "--screen", "text", "--answer-prefix", ""]).output.contains("[assistant]It")
        == false)
    // From standard input the session holds the conversation itself.
    let piped = folder.path("b.laq")
    let input = try String(contentsOfFile: chat, encoding: .utf8)
    _ = try screen(["-", "--chat"] + options + ["--keys", ":w \(piped)<Enter>"], input: input)
    #expect(try screen([piped, "--screen", "text"]).output.contains("[system]Hush.[user]The mill"))
  }

  @Test func exportsAndTheConfigurationKnowTheBeginning() throws {
    let target = folder.path("kept.json")
    let outcome = try Program.run(
      [chat, "--model", model, "--policy", "streaming", "--steps", "1", "--export", target],
      environment: ["XDG_CONFIG_HOME": folder.path])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try !String(contentsOfFile: target, encoding: .utf8).contains("answerPrefix"))
    try folder.write("chat = true\nanswer-prefix = \"It is\"\nbudget = \"\"\n", as: "laq-tui/config.toml")
    let again = try Program.run(
      [chat, "--model", model, "--policy", "streaming", "--steps", "1", "--export", target, "--force"],
      environment: ["XDG_CONFIG_HOME": folder.path])
    #expect(again.status == 0, "\(again.errors)")
    #expect(try String(contentsOfFile: target, encoding: .utf8).contains("\"answerPrefix\":\"It is\""))
  }

  /// 4 % of the prompt, and never less than 48 tokens.
  @Test func theBudgetGoesByThePrompt() throws {
    func budget(_ words: Int, _ more: [String] = []) throws -> String {
      let text = try folder.write(
        Array(repeating: "The mill was quiet.", count: words).joined(separator: " "), as: "long.txt")
      let title = try screen([text] + options + more).output.split(separator: "\n").first ?? ""
      return title.split(separator: " ").first { $0.hasPrefix("B=") }.map(String.init) ?? ""
    }
    #expect(try budget(40) == "B=48")
    let count = try #require(Int(try budget(300).dropFirst(2)))
    #expect(count > 48 && count < 100)
    #expect(try screen([folder.path("long.txt")] + options).output.contains("(4%)"))
    #expect(try budget(300, ["--budget", "48"]) == "B=48")
  }

  @Test func mapsOfKeptTokensComeBackWithASession() throws {
    let text = try folder.write("The mill was quiet. The clerk was away.", as: "short.txt")
    let (kept, session) = (folder.path("kept.npz"), folder.path("kept.laq"))
    let run = [text, "--policy", "streaming", "--policy", "snapkv", "--budget", "5", "--steps", "2"]
    #expect(try Program.run(run + ["--export", kept]).status == 0)
    let before = try screen(
      run + ["--kept", kept, "--screen", "compare", "--keys", "ppp:w \(session)<Enter>1"])
    #expect(before.output.contains("kept.npz:"))
    try FileManager.default.removeItem(atPath: kept)
    let opened = try screen([session, "--screen", "compare"])
    #expect(opened.output.contains("kept.npz:") && opened.errors.isEmpty, "\(opened.errors)")
    // Of another prompt they say nothing, which is told.
    let other = try screen([session, "--screen", "compare", "--question", "Who was away?"])
    #expect(other.errors.contains("kept.npz:") && other.errors.contains("another prompt"), "\(other.errors)")
    #expect(!other.output.contains("kept.npz:"))
  }
}
