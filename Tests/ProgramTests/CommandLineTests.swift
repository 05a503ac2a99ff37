import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct CommandLineTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func file(_ name: String, _ text: [UInt8]) throws -> String {
    try folder.write(text, as: name)
  }

  private static let short = """
    The passcode of Temley is amber lantern. The old mill was quiet.

    Question: What is the passcode of Temley?
    Answer:
    """

  @Test func aModelWhereATextIsExpectedIsSaidToBeOne() throws {
    let path = try file("model.gguf", Array("GGUF".utf8) + [3, 0, 0, 0, 0, 0, 0, 0])
    let outcome = try Program.run([path, "--screen", "text"])
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("\(path): this is a model") && outcome.errors.contains("--model"))
  }

  @Test func printsATextScreenOfTheAskedSize() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    let outcome = try Program.run([path, "--screen", "text", "--size", "100x30", "--budget", "16"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines.count(where: { $0.hasPrefix("│") || $0.hasPrefix("┌") || $0.hasPrefix("├") || $0.hasPrefix("└") })
        == 29)
    #expect(outcome.output.contains("[1 Text]"))
    #expect(outcome.output.contains("amber lantern"))
    #expect(!outcome.output.contains("\u{1B}"))
  }

  /// Looking at what kind of file it is would take the beginning of what comes through a pipe.
  @Test func aTextThroughANamedPipeArrivesWhole() throws {
    let path = folder.path("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let text = try file("short.txt", Array(Self.short.utf8))
    let screen = ["--screen", "text", "--budget", "16", "--policy", "streaming", "--steps", "2"]
    let outcome = try Program.run(
      ["-c", #"cat "$1" >"$2" & "$3" "$2" "${@:4}""#, "bash", text, path, try Program.executable().path]
        + screen,
      program: "/bin/bash")
    let whole = try Program.run([text] + screen)
    // All but the name and the times.
    func body(_ outcome: Program.Outcome) -> [Substring] {
      outcome.output.split(separator: "\n").dropFirst().filter { !$0.contains("prefill 0.") }
    }
    #expect(outcome.status == 0 && outcome.output.contains("The·passcode·of·Temley"), "\(outcome.errors)")
    #expect(body(outcome) == body(whole))
  }

  @Test func listsEveryPolicyWithinAHundredColumns() throws {
    let outcome = try Program.run(["policies"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 100 && $0.last != " " })
    let names = lines.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }.compactMap {
      $0.split(separator: " ").first
    }
    #expect(
      Set(names).isSuperset(of: [
        "laq++", "snapkv", "tova", "expected", "random", "kvzip", "ada", "cake", "critical",
      ]))
    #expect(outcome.output.contains("style=kvpress brings w=64, kernel=5, pool=avg"))
    #expect(outcome.output.contains("h2o+decode(every=1,keep=B)"))
  }

  @Test func playsKeysBeforeItPrints() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    let outcome = try Program.run([path, "--screen", "text", "--keys", "2", "--budget", "16", "--ascii"])
    #expect(outcome.output.contains("[2 Heatmap]"))
    #expect(outcome.output.unicodeScalars.allSatisfy { $0.isASCII })
  }

  @Test(arguments: [
    ("text", "[1 Text]"), ("heatmap", "WINDOW"), ("heads", "figure: mass recall"), ("compare", "top-1"),
    ("timeline", "next token at this step"),
  ])
  func printsEveryView(_ name: String, _ words: String) throws {
    let path = try file("text.txt", Array(Self.short.utf8))
    let outcome = try Program.run([
      path, "--screen", name, "--budget", "16", "--policy", "snapkv", "--policy", "oracle",
    ])
    #expect(outcome.status == 0 && outcome.output.contains(words), "\(outcome.output)\(outcome.errors)")
  }

  @Test func whySaysWhatALostAnswerLacked() throws {
    let path = Places.sample("needle.txt")
    let outcome = try Program.run([path, "--why", "snapkv"])
    #expect(
      outcome.status == 0 && outcome.output.contains(": found after"), "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("\"5\" was expected"))
    let json = try Program.run([path, "--why", "snapkv", "--json"])
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(object?["schema"] as? String == "laq-tui.why" && object?["outcome"] as? String == "found")
    #expect(try Program.run([path, "--json"]).status == 64)
    #expect(try Program.run([path, "--why", "quest"]).status == 64)
    let same = try Program.run([path, "--why", "snapkv", "--budget", "99999"])
    #expect(same.status == 1 && same.errors.contains("nothing to explain"), "\(same.errors)")
  }

  @Test func readsStandardInput() throws {
    let outcome = try Program.run(["-", "--screen", "text"], input: Self.short)
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("standard input"))
  }

  @Test func threadsDoNotChangeTheExport() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    let exports = try ["1", "2"].map { threads in
      let target = folder.path("kept-\(threads).json")
      let outcome = try Program.run(
        [path, "--export", target, "--budget", "16"], environment: ["OMP_NUM_THREADS": threads])
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try Data(contentsOf: URL(fileURLWithPath: target))
    }
    #expect(exports[0] == exports[1])
  }

  @Test func writesEveryFormatOnce() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    let beginnings: [(String, String, [UInt8])] = [
      ("a.npz", "json", []), ("a.npz", "npz", Array("PK\u{3}\u{4}".utf8)),
      ("b.html", "html", Array("<!DOCTYPE html>".utf8)),
      ("c", "svg", Array("<svg".utf8)), ("d.txt", "text", Array("┌─ laq-tui".utf8)),
    ]
    for (name, format, beginning) in beginnings {
      let target = folder.url.appendingPathComponent(name)
      let arguments = [
        path, "--budget", "16", "--steps", "2", "--policy", "streaming", "--export", target.path, "--format",
        format,
      ]
      let outcome = try Program.run(arguments)
      guard !beginning.isEmpty else {
        #expect(
          outcome.status == 64 && outcome.errors.contains("'.npz'") && outcome.errors.contains("'json'"))
        continue
      }
      #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.errors)")
      #expect(try Data(contentsOf: target).starts(with: beginning), "\(name)")
      let again = try Program.run(arguments)
      #expect(
        again.status == 1 && again.errors.contains("exists already")
          && again.errors.split(separator: "\n").count == 1)
    }
    #expect(try Program.run([path, "--format", "json"]).status == 64)
  }

  @Test func aNamedScreenIsWrittenInPlaceOfPrinted() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    let target = folder.url.appendingPathComponent("heads.txt")
    let arguments = [path, "--budget", "16", "--policy", "streaming", "--screen", "heads", "--size", "80x24"]
    let printed = try Program.run(arguments)
    let written = try Program.run(arguments + ["--export", target.path])
    #expect(written.status == 0 && written.output.isEmpty, "\(written.errors)")
    // The status line tells how long it took.
    func lines(_ text: String) -> [Substring] { text.split(separator: "\n").filter { !$0.contains("ready") } }
    #expect(lines(try String(contentsOf: target, encoding: .utf8)) == lines(printed.output))
  }

  @Test func worksWithoutBFloat16() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    let outcome = try Program.run(
      [path, "--screen", "text"], environment: ["LAQ_CPU": "avx2"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("amber lantern"))
  }

  @Test func withoutATerminalItSaysWhatToDo() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    let outcome = try Program.run([path])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("--screen"))
    #expect(outcome.output.isEmpty)
  }

  @Test func wrongUsageEndsWith64() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    for arguments in [
      [], [path, "--budget", "0"], [path, "--policy", "snapkvv"], [path, "--policy", "laq(m=0)"],
      [path, "--size", "big"], [path, "--keys", "<Nope>"], [path, "--theme", "neon"], [path, "--nonsense"],
    ] {
      let outcome = try Program.run(arguments)
      #expect(outcome.status == 64, "\(arguments): \(outcome.errors)")
      #expect(!outcome.errors.isEmpty)
    }
    #expect(try Program.run([path, "--policy", "snapkvv"]).errors.contains("snapkv"))
  }

  @Test func badTextsGiveASentenceAndStatus1() throws {
    let long = try file("long.txt", Array(String(repeating: "The old mill. ", count: 2000).utf8))
    let cases = [
      ("/nowhere/x.txt", "no such file"), (folder.path, "folder"),
      (try file("empty.txt", []), "empty"), (long, "tokens"),
    ]
    for (path, words) in cases {
      let outcome = try Program.run([path, "--screen", "text"])
      #expect(outcome.status == 1, "\(path)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func hostileBytesAreShownNotSent() throws {
    let bytes: [UInt8] =
      Array("a\u{1B}[2Jb\u{202E}c".utf8) + [0, 0xFF, 0xE9, 0x80, 0x0A] + Array("鍵 é\n".utf8)
    let outcome = try Program.run([try file("hostile.bin", bytes), "--screen", "text"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(!outcome.output.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
    #expect(outcome.output.contains("<FF>"))
  }

  @Test func badModelsNameTheFile() throws {
    let text = try file("short.txt", Array(Self.short.utf8))
    let source = URL(fileURLWithPath: Places.embeddedModel)
    func broken(_ name: String, _ change: (URL) throws -> Void) throws -> String {
      let model = folder.url.appendingPathComponent(name)
      try FileManager.default.copyItem(at: source, to: model)
      try change(model)
      return model.path
    }
    let truncated = try broken("truncated") { model in
      let file = model.appendingPathComponent("model.safetensors")
      try Data(contentsOf: file).prefix(100_000).write(to: file)
    }
    let mismatched = try broken("mismatched") { model in
      let file = model.appendingPathComponent("config.json")
      let json = try String(contentsOf: file, encoding: .utf8)
      try Data(
        json.replacingOccurrences(of: "\"intermediate_size\": 512", with: "\"intermediate_size\": 513").utf8
      ).write(to: file)
    }
    let noWeights = try broken("no-weights") { model in
      try FileManager.default.removeItem(at: model.appendingPathComponent("model.safetensors"))
    }
    for (model, words) in [
      (truncated, "model.safetensors"), (mismatched, "shape"), (noWeights, "model.safetensors"),
      (folder.path + "/none", "config.json"),
    ] {
      let outcome = try Program.run([text, "--model", model, "--screen", "text"])
      #expect(outcome.status == 1, "\(model)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  @Test func gatesComeWithTheModelOrFromAFile() throws {
    let text = try file("short.txt", Array(Self.short.utf8))
    let source = URL(fileURLWithPath: Places.embeddedModel)
    let bare = folder.url.appendingPathComponent("bare")
    try FileManager.default.copyItem(at: source, to: bare)
    try FileManager.default.removeItem(at: bare.appendingPathComponent("gate.safetensors"))
    let gate = source.appendingPathComponent("gate.safetensors").path
    let fixture = Places.root.appendingPathComponent("Tests/EvictionTests/Fixtures/gate/gate.safetensors")
      .path
    let arguments = [text, "--policy", "gate", "--budget", "16", "--screen", "text"]
    let own = try Program.run(arguments)
    #expect(own.status == 0, "\(own.errors)")
    #expect(own.output.contains("Gate"))
    // Without a gate the policy has no result, and the screen says what is missing.
    #expect(try Program.run(arguments + ["--model", bare.path]).output.contains("needs the logits"))
    #expect(
      try !Program.run(arguments + ["--model", bare.path, "--gate", gate]).output.contains("needs the logits")
    )
    for (path, words) in [
      (folder.path + "/none.safetensors", "none.safetensors"),
      (source.path + "/model.safetensors", "layers.0"),
      (fixture, "5 layers, 4 KV heads and width 256"),
    ] {
      let outcome = try Program.run(arguments + ["--gate", path])
      #expect(outcome.status == 1, "\(path)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func aQuestionIsPutToTheText() throws {
    let path = try file(
      "text.txt", Array("The passcode of Temley is amber lantern. The old mill was quiet.".utf8))
    let question = "Question: What is the passcode of Temley?\nAnswer:"
    let outcome = try Program.run([path, "--question", question, "--screen", "text", "--budget", "16"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("amber lantern"))
    let whole = try file("short.txt", Array(Self.short.utf8))
    let tokens = try [[path, "--question", question], [whole]].map { arguments in
      try exported(arguments).map { $0["id"] as? Int }
    }
    #expect(tokens[0] == tokens[1])
  }

  /// The mark of an answer is that of what a person expects of it, in exports and on the screen.
  @Test func answersAreMarkedByWhatIsExpected() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    func export(_ expected: [String]) throws -> (settings: [String: Any], marks: [String?]) {
      let target = folder.url.appendingPathComponent("\(UUID().uuidString).json")
      let outcome = try Program.run(
        [path, "--export", target.path, "--budget", "16", "--steps", "4", "--policy", "streaming"]
          + expected.flatMap { ["--expect", $0] })
      #expect(outcome.status == 0, "\(outcome.errors)")
      let json = try JSONSerialization.jsonObject(with: Data(contentsOf: target)) as? [String: Any]
      let policies = try #require(json?["policies"] as? [[String: Any]])
      return (
        try #require(json?["settings"] as? [String: Any]), policies.map { $0["mark"] as? String }
      )
    }
    let plain = try export([])
    #expect(plain.settings["expected"] == nil && plain.marks[0] == nil)
    #expect(["same", "other"].contains(plain.marks[1]))
    let anything = try export(["/.+/"])
    #expect(anything.settings["expected"] as? [String] == ["/.+/"])
    #expect(["right", "reworded"].contains(anything.marks[1]))
    #expect(try export(["/.+/", "zwieback"]).marks[1] == plain.marks[1], "the full cache misses it")
    let screen = try Program.run(
      [path, "--screen", "text", "--steps", "4", "--policy", "streaming", "--expect", "zwieback"])
    #expect(screen.output.contains("the full cache's own answer misses \"zwieback\""))
    for typed in ["", "/(/"] {
      let refused = try Program.run([path, "--screen", "text", "--expect", typed])
      #expect(refused.status == 64 && refused.errors.contains("an expected answer"), "\(refused.errors)")
    }
  }

  @Test func aChatNeedsATemplate() throws {
    let path = try file("short.txt", Array(Self.short.utf8))
    let outcome = try Program.run([path, "--chat", "--screen", "text"])
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("embedded: this model has no chat template"))
    #expect(outcome.errors.split(separator: "\n").count == 1)
    for arguments in [["--system", "x"], ["--question-first"]] {
      #expect(try Program.run([path, "--screen", "text"] + arguments).status == 64)
    }
  }

  @Test func aChatHasTheTextInTheModelsOwnTurns() throws {
    let model = folder.url.appendingPathComponent("chatty")
    try FileManager.default.copyItem(
      at: URL(fileURLWithPath: Places.embeddedModel), to: model)
    let template = """
      {% for m in messages %}[{{ m.role }}] {{ m.content | trim }}
      {% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}
      """
    try Data(template.utf8).write(to: model.appendingPathComponent("chat_template.jinja"))
    let text = "\nThe mill was quiet.\n"
    let tokens = try exported([
      try file("text.txt", Array(text.utf8)), "--model", model.path, "--chat", "--system", "Be short.",
      "--question", "What was quiet?", "--question-first",
    ])
    let read = tokens.compactMap { $0["text"] as? String }.joined()
    #expect(
      read == "[system] Be short.\n[user] What was quiet?\n\n\nThe mill was quiet.\n[assistant]")
    let bytes = Array(text.utf8)
    let ranges = tokens.compactMap { token -> Range<Int>? in
      guard let start = token["start"] as? Int, let end = token["end"] as? Int, start < end else {
        return nil
      }
      return start..<end
    }
    #expect(String(decoding: ranges.flatMap { bytes[$0] }, as: UTF8.self) == "\nThe mill was quiet.")
    try Data("{{ raise_exception('no') }}".utf8).write(
      to: model.appendingPathComponent("chat_template.jinja"))
    let refused = try Program.run([
      try file("text.txt", Array(text.utf8)), "--model", model.path, "--chat", "--screen", "text",
    ])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("chat_template.jinja: chat template, line 1"))
  }

  /// The prompt's tokens as an export has them.
  private func exported(_ arguments: [String]) throws -> [[String: Any]] {
    let target = folder.url.appendingPathComponent("\(UUID().uuidString).json")
    let outcome = try Program.run(
      arguments + ["--export", target.path, "--budget", "16", "--steps", "2", "--policy", "streaming"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: target)) as? [String: Any]
    let prompt = json?["prompt"] as? [String: Any]
    return try #require(prompt?["tokens"] as? [[String: Any]])
  }
}
