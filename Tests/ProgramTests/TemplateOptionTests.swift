import Foundation
import TestSupport
import Testing

/// `--template` and `--system ""`: on the command line, in sessions, in the configuration, in evaluations.
@Suite(.serialized) struct TemplateOptionTests {
  let folder: ScratchFolder
  let text: String
  let model: String

  init() throws {
    folder = try ScratchFolder()
    text = try folder.write("The mill was quiet.", as: "short.txt")
    model = try folder.model().path
    // A system turn of its own, and reasoning unless it is told otherwise.
    let template = """
      {% if messages[0].role != 'system' %}[own system]{% endif %}
      {%- for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}
      {%- if enable_thinking is defined and enable_thinking is false %}[no thoughts]{% endif %}{{ effort }}
      """
    try folder.write(template, as: "model/chat_template.jinja")
  }

  private var options: [String] {
    ["--model", model, "--chat", "--policy", "streaming", "--steps", "1", "--screen", "text"]
  }

  private func screen(_ arguments: [String], configured: Bool = false) throws -> String {
    let environment = configured ? ["XDG_CONFIG_HOME": folder.path] : [:]
    let outcome = try Program.run(arguments, environment: environment)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.replacing("·", with: " ")
  }

  @Test func variablesChangeThePromptAndStandInTheSettings() throws {
    let plain = try screen([text] + options)
    #expect(plain.contains("[own system][user]The mill was quiet.") && !plain.contains("thoughts]"))
    let told = ["--template", "enable_thinking=false", "--template=effort=\"2\""]
    let quiet = try screen([text] + options + told)
    #expect(quiet.contains("[user]The mill was quiet.[no thoughts]2"))
    let settings = try screen([text] + options + told + ["--keys", "4d"])
    #expect(
      settings.contains("chat          the template's own system turn, effort=\"2\", enable_thinking=false"),
      "\(settings)")
  }

  @Test func anEmptySystemTextTakesTheTemplatesOwnAway() throws {
    let quiet = try screen([text] + options + ["--system", ""])
    #expect(quiet.contains("[system][user]The mill") && !quiet.contains("own system]"))
    #expect(try screen([text] + options + ["--system", "Hush."]).contains("[system]Hush.[user]The mill"))
  }

  /// A chat's answer goes on to its end, a text's has 64 tokens, unless a person says how many.
  @Test func aChatIsAnsweredToItsEnd() throws {
    func limit(_ arguments: [String]) throws -> Int? {
      let target = folder.url.appendingPathComponent("\(UUID().uuidString).json")
      let outcome = try Program.run(
        [text, "--model", model, "--policy", "streaming", "--export", target.path] + arguments)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let json = try JSONSerialization.jsonObject(with: Data(contentsOf: target)) as? [String: Any]
      return (json?["settings"] as? [String: Any])?["answerLimit"] as? Int
    }
    #expect(try limit(["--chat"]) == 256)
    #expect(try limit(["--chat", "--steps", "5"]) == 5)
    #expect(try limit([]) == 64)
  }

  @Test func sessionsKeepThem() throws {
    let session = folder.path + "/a.laq"
    let keys = ["--keys", ":w \(session)<Enter>"]
    _ = try screen([text] + options + ["--template", "enable_thinking=false", "--system", ""] + keys)
    #expect(try String(contentsOfFile: session, encoding: .utf8).contains("\"enable_thinking=false\""))
    // The configuration has another system's text and another variable, neither of which is the session's.
    try folder.write("system = \"Shout.\"\ntemplate = [\"effort=5\"]\n", as: "laq-tui/config.toml")
    let opened = try screen([session, "--screen", "text"], configured: true)
    #expect(opened.contains("[system][user]The mill was quiet.[no thoughts]"))
    #expect(!opened.contains("thoughts]5"))
    // The command line goes before both.
    let other = try screen(
      [session, "--screen", "text", "--template", "enable_thinking=true", "--template", "effort=7"])
    #expect(other.contains("quiet.7"))
    let plain = try screen([text] + options, configured: true)
    #expect(plain.contains("[system]Shout.[user]The mill was quiet.5"))
    // A session without a system's turn of its own leaves it to the template.
    _ = try screen([text] + options + ["--keys", ":w \(session)<Enter>y"])
    let own = try screen([session, "--screen", "text"], configured: true)
    #expect(own.contains("[own system][user]The mill was quiet."))
  }

  @Test func whatTheTemplateDoesNotReadIsRefused() throws {
    let typo = try Program.run([text] + options + ["--template", "enable_thinkin=false"])
    let words = "reads no such variable; it reads effort, enable_thinking"
    #expect(typo.status == 1 && typo.errors.contains(words), "\(typo.errors)")
    for wrong in ["enable_thinking", "messages=1", "x=\"a"] {
      let outcome = try Program.run([text] + options + ["--template", wrong])
      #expect(outcome.status == 64 && outcome.errors.contains("--template"), "\(wrong): \(outcome.errors)")
    }
    let noChat = try Program.run([text, "--template", "a=1", "--screen", "text"])
    #expect(noChat.status == 64 && noChat.errors.contains("--template needs --chat."))
    // A variable of the configuration is for all models: one that does not read it opens all the same.
    try folder.write("template = [\"unheard_of=5\"]\n", as: "laq-tui/config.toml")
    _ = try screen([text] + options, configured: true)
    try folder.write("template = [\"unheard_of\"]\n", as: "laq-tui/config.toml")
    let damaged = try Program.run([text] + options, environment: ["XDG_CONFIG_HOME": folder.path])
    let place = "config.toml:1: template: --template unheard_of: a name"
    #expect(damaged.status == 64 && damaged.errors.contains(place), "\(damaged.errors)")
  }

  @Test func evaluationsKeepThemAndRefuseOthers() throws {
    let arguments = [
      "eval", "needle", "--model", model, "--lengths", "200", "--depths", "50", "--count", "2", "--steps",
      "2", "--policy", "streaming", "--budget", "24", "--to", folder.path + "/r.json",
    ]
    func run(_ more: [String]) throws -> Program.Outcome { try Program.run(arguments + more) }
    let first = try run(["--chat", "--template", "enable_thinking=false"])
    #expect(first.status == 0, "\(first.errors)")
    let results = try String(contentsOfFile: folder.path + "/r.json", encoding: .utf8)
    #expect(results.contains(#""template":["enable_thinking=false"]"#))
    // A resumption finds the rows; another one is refused, and so is a row of another prompt.
    try FileManager.default.removeItem(atPath: folder.path + "/r.json")
    let other = try run(["--chat"])
    let difference = "the option 'template' is enable_thinking=false there and none here"
    #expect(other.status == 1 && other.errors.contains(difference), "\(other.errors)")
    #expect(try run(["--chat", "--template", "enable_thinking=true"]).status == 1)
    let again = try run(["--chat", "--template", "enable_thinking=false"])
    #expect(again.status == 0 && again.errors.contains("2 cases were done before"), "\(again.errors)")
    #expect(try String(contentsOfFile: folder.path + "/r.json", encoding: .utf8) == results)
    #expect(try run(["--template", "enable_thinking=false"]).errors.contains("--template needs --chat."))
    let typo = try run(["--chat", "--template", "enable_thinkin=false"])
    #expect(typo.errors.contains("reads no such variable"), "\(typo.errors)")
    let session = try TerminalSession([folder.path + "/r.json", "--model", model])
    try #require(session.shows("2 prompts"), "\(session.screen.lines)")
    session.type("\r\r")
    #expect(session.shows("[1 Text]") && session.showsTheWholeRun(), "\(session.screen.lines)")
    session.type("qq")
    #expect(session.status() == 0)
  }
}
