import Foundation
import TestSupport
import Testing

/// Sessions that the program writes and opens.
@Suite(.serialized) struct SessionProgramTests {
  let folder: ScratchFolder
  let text: String

  init() throws {
    folder = try ScratchFolder()
    text = try folder.write(
      "The passcode of Temley is amber lantern. The old mill was quiet.\n\nQuestion: What is the passcode of Temley?\nAnswer:",
      as: "short.txt")
  }

  /// A view as text, without the line that tells times.
  private func screen(_ arguments: [String], keys: String = "") throws -> [Substring] {
    let outcome = try Program.run(arguments + ["--keys", keys, "--screen", "text"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.output.split(separator: "\n").filter {
      !$0.contains("ready") && !$0.contains("session written")
    }
  }

  private static let work = "]}p#9GvllKi<C-u>Question: Who was quiet?<lt><Enter>:steps 6<Enter>"

  @Test func aSessionOpensAsItWasLeft() throws {
    let session = folder.path + "/a.laq"
    let options = ["--budget", "25%", "--policy", "laq(m=4)", "--policy", "snapkv", "--granularity", "query"]
    let before = try screen([text] + options, keys: Self.work + ":w \(session)<Enter>?<Esc>")
    #expect(before.contains { $0.contains("LAQ") || $0.contains("SnapKV*") })
    #expect(try screen([session]) == before)
    // The command line goes before it.
    #expect(try screen([session, "--budget", "7"]).first?.contains("B=7 ") == true)
    // The two can be moved together.
    let moved = folder.url.appendingPathComponent("moved")
    try FileManager.default.createDirectory(at: moved, withIntermediateDirectories: true)
    for name in ["a.laq", "short.txt"] {
      try FileManager.default.moveItem(
        at: folder.url.appendingPathComponent(name), to: moved.appendingPathComponent(name))
    }
    #expect(try screen([moved.path + "/a.laq"]) == before)
  }

  /// With its recording a session opens without a prefill, and says the same; what does not fit is computed.
  @Test func aSessionWithItsRecordingNeedsNoPrefill() throws {
    let session = folder.path + "/r.laq"
    let options = ["--policy", "laq(m=4)", "--policy", "h2o", "--steps", "6", "--budget", "16"]
    let written = try Program.run(
      [text] + options + ["--keys", ":w \(session) recording<Enter>", "--screen", "text", "--size", "200x36"])
    #expect(written.output.contains("its recording, ") && written.output.contains(" MiB, to"))
    func opened(_ more: [String] = []) throws -> String {
      let outcome = try Program.run([session] + more + ["--screen", "text", "--size", "200x36"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      return outcome.output + outcome.errors
    }
    let again = try opened()
    #expect(again.contains("prefill 0.0"))
    func answers(_ output: String) -> [Substring] {
      output.split(separator: "\n").filter { $0.contains("mass 0") }
    }
    #expect(
      answers(again)
        == answers(try Program.run([text] + options + ["--screen", "text", "--size", "200x36"]).output))
    // Written again it still names it.
    _ = try opened(["--keys", ":w<Enter>"])
    #expect(try String(contentsOfFile: session, encoding: .utf8).contains("./r.laq.recording"))
    let other = try opened(["--answer-prefix", " It is"])
    #expect(other.contains("the session's recording is left out") && other.contains("it is of another text"))
    try FileManager.default.removeItem(atPath: session + ".recording")
    #expect(try opened().contains("the session's recording is left out"))
  }

  @Test func aTextFromStandardInputIsKept() throws {
    let session = folder.path + "/stdin.laq"
    let outcome = try Program.run(
      ["-", "--policy", "streaming", "--steps", "4", "--screen", "text", "--keys", ":w \(session)<Enter>"],
      input: "The mill was quiet.")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let again = try Program.run([session, "--screen", "text"])
    #expect(
      again.status == 0 && again.output.contains("standard input") && again.output.contains("mill"),
      "\(again.errors)")
  }

  @Test func aFileThatIsThereIsAskedAbout() throws {
    let mine = try folder.write("mine", as: "mine.txt")
    let arguments = [text, "--policy", "streaming", "--steps", "2", "--screen", "text"]
    #expect(
      try Program.run(arguments + ["--keys", ":w \(mine)<Enter>"]).output.contains("replace it, y or n?"))
    #expect(try Program.run(arguments + ["--keys", ":w \(mine)<Enter>n"]).output.contains("nothing written"))
    #expect(try String(contentsOfFile: mine, encoding: .utf8) == "mine")
    #expect(try Program.run(arguments + ["--keys", ":w \(mine)<Enter>y"]).output.contains("session written"))
    #expect(try String(contentsOfFile: mine, encoding: .utf8).contains("laq-tui.session"))
  }

  /// A session whose values tell of another answer than the policy's, so that one sees where they are taken.
  private func tampered(_ session: String) throws -> String {
    let file = URL(fileURLWithPath: session)
    var json = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    var values = try #require(json["values"] as? [String: Any])
    let kept = try #require((values["run"] as? String).flatMap { Data(base64Encoded: $0) })
    var run = try #require(JSONSerialization.jsonObject(with: kept) as? [String: Any])
    var results = try #require(run["results"] as? [[String: Any]])
    var answer = try #require(results[1]["answer"] as? [String: Any])
    let tokens = try #require(answer["tokens"] as? [Int])
    answer["tokens"] = Array(repeating: tokens[0], count: tokens.count)
    results[1]["answer"] = answer
    run["results"] = results
    values["run"] = try JSONSerialization.data(withJSONObject: run).base64EncodedString()
    json["values"] = values
    return try folder.write(
      String(decoding: try JSONSerialization.data(withJSONObject: json), as: UTF8.self), as: "tampered.laq")
  }

  /// Nothing is decoded again that the file has; where something else is asked, everything is.
  @Test func answersAreTakenFromTheFileWhereTheyAreAboutTheSame() throws {
    let session = folder.path + "/a.laq"
    let options = ["--policy", "laq(m=4)", "--policy", "streaming", "--budget", "12", "--steps", "6"]
    let before = try screen([text] + options, keys: ":w \(session)<Enter>?<Esc>")
    #expect(try screen([session]) == before)
    let tampered = try tampered(session)
    let taken = try screen([tampered])
    #expect(taken != before)
    #expect(try screen([tampered, "--budget", "11"]) == screen([session, "--budget", "11"]))
    // The same model elsewhere, and one whose files are others.
    let model = folder.url.appendingPathComponent("model")
    try FileManager.default.copyItem(at: URL(fileURLWithPath: Places.embeddedModel), to: model)
    // Another model's text opens at a place of its own: both are looked at in one.
    let other = ["--model", model.path, "--layer", "1", "--head", "1"]
    func same(_ arguments: [String]) throws -> [Substring] { try screen(arguments + other, keys: "#3G") }
    #expect(try same([tampered]) != same([text] + options))
    try folder.write("{}", as: "model/more.json")
    #expect(try same([tampered]) == same([text] + options))
  }

  @Test func whatHasChangedSinceIsSaid() throws {
    let session = folder.path + "/a.laq"
    _ = try screen([text, "--policy", "streaming", "--steps", "4"], keys: "#3GK:w \(session)<Enter>")
    let json = try String(contentsOfFile: session, encoding: .utf8)
    try folder.write("Another text, which is not the one that was there before.", as: "short.txt")
    let changed = try Program.run([session, "--screen", "text"])
    #expect(
      changed.status == 0
        && changed.errors.contains(
          "short.txt has changed since the session was written: what was kept by hand is left out")
    )
    for (name, content, words) in [
      ("newer.laq", json.replacing("\"version\" : 2", with: "\"version\" : 7"), "version 7 of a session"),
      ("gone.laq", json.replacing("./short.txt", with: "./gone.txt"), "gone.txt: there is no such file"),
      ("model.laq", json.replacing("\"embedded\"", with: "\"/nowhere/model\""), "/nowhere/model"),
      ("cut.laq", String(json.dropLast(200)), "a damaged session, it is no JSON"),
      ("policy.laq", json.replacing("\"streaming\"", with: "\"streams\""), "did you mean 'streaming'"),
      ("view.laq", json.replacing("\"view\" : \"text\"", with: "\"view\" : \"x\""), "screen.view is 'x'"),
    ] {
      let outcome = try Program.run([try folder.write(content, as: name), "--screen", "text"])
      #expect(outcome.status == 1 && outcome.errors.contains(words), "\(name): \(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(name): \(outcome.errors)")
    }
  }

  /// What stands around the text moves its tokens; what another model makes of it is not known.
  @Test func whatIsKeptByHandStaysWithItsTokensOrIsLeftOut() throws {
    let session = folder.path + "/a.laq"
    _ = try screen(
      [text, "--policy", "streaming", "--budget", "8", "--steps", "2", "--question", "Who?"],
      keys: "AB#5GXb:w \(session)<Enter>")
    func edited(_ path: String, _ options: [String]) throws -> (word: String, outcome: Program.Outcome) {
      let copy = folder.path + "/copy-\(UUID()).laq"
      let outcome = try Program.run([path] + options + ["--screen", "text", "--keys", ":w \(copy)<Enter>"])
      let json =
        try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: copy))) as? [String: Any]
      let policies = (json?["setup"] as? [String: Any])?["policies"] as? [[String: Any]] ?? []
      let edits = policies.flatMap { $0["edits"] as? [[String: Any]] ?? [] }
      return ("\(edits.map { "\($0["first"] ?? "")-\($0["last"] ?? "")" })", outcome)
    }
    #expect(try edited(session, []).word == "[\"5-5\"]")
    let behind = try edited(session, ["--question", "What was quiet?"])
    #expect(behind.word == "[\"5-5\"]" && behind.outcome.errors.isEmpty, "\(behind.outcome.errors)")
    let before = try edited(session, ["--question-first"])
    #expect(before.word != "[\"5-5\"]" && before.word != "[]" && before.outcome.errors.isEmpty, "\(before)")
    let model = try edited(session, ["--model", Places.embeddedModel])
    #expect(
      model.word == "[]"
        && model.outcome.errors.contains(
          "another model than the session's: what was kept by hand is left out")
    )
    // The session that lost something is not replaced without a question.
    let asked = try Program.run(
      [session, "--model", Places.embeddedModel, "--screen", "text", "--keys", ":w<Enter>"])
    #expect(asked.output.contains("write this session to: session.laq"))
  }

  /// A session goes before the configuration in what it lacks, too.
  @Test func aSessionWithoutASystemsTurnGetsNone() throws {
    let model = folder.url.appendingPathComponent("model")
    try FileManager.default.copyItem(at: URL(fileURLWithPath: Places.embeddedModel), to: model)
    try folder.write(
      "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}", as: "model/chat_template.jinja")
    let session = folder.path + "/a.laq"
    let options = ["--policy", "streaming", "--steps", "2", "--chat", "--model", model.path]
    _ = try screen([text] + options, keys: ":w \(session)<Enter>")
    let before = try screen([session])
    try folder.write("system = \"Be a miller.\"\n", as: "laq-tui/config.toml")
    func configured(_ path: String, _ options: [String] = []) throws -> Program.Outcome {
      try Program.run([path] + options + ["--screen", "text"], environment: ["XDG_CONFIG_HOME": folder.path])
    }
    let outcome = try configured(session)
    #expect(
      outcome.output.split(separator: "\n").filter { !$0.contains("ready") } == before, "\(outcome.errors)")
    let own = try configured(text, options)
    #expect(own.output.contains("miller"), "\(own.errors)")
    #expect(try !configured(text, options + ["--system", ""]).output.contains("miller"))
  }

  @Test func otherSettingsLeaveRoomForTheirAnswers() throws {
    let session = folder.path + "/a.laq"
    _ = try screen(
      [text, "--policy", "streaming", "--steps", "2"], keys: "A:steps 3<Enter>:w \(session)<Enter>")
    let json = try String(contentsOfFile: session, encoding: .utf8)
    let other = try #require(json.range(of: "\"answerLimit\" : 2"))
    let long = try folder.write(
      json.replacingCharacters(in: other, with: "\"answerLimit\" : 4096"), as: "long.laq")
    let outcome = try Program.run([long, "--screen", "text"])
    #expect(outcome.status == 1 && outcome.errors.contains("this model has room for"), "\(outcome.errors)")
  }

  /// What the other settings hold of a person's work is not lost without a question, but where a file has it.
  @Test func editsInTheOtherSettingsAreAskedAboutUnlessAFileHoldsThem() throws {
    let session = folder.path + "/a.laq"
    let options = [text, "--policy", "streaming", "--steps", "2"]
    let asked = try screen(options, keys: "A#3GKAq")
    #expect(asked.last?.contains("leave, y or n? 1 edit by hand, 1 in A's settings, in no file") == true)
    let written = try screen(options, keys: "A#3GKA:w \(session)<Enter>q")
    #expect(!written.contains { $0.contains("leave, y or n?") })
    let again = try screen([session], keys: "q")
    #expect(!again.contains { $0.contains("leave, y or n?") }, "\(again.last ?? "")")
    #expect(try screen([session], keys: "A#5GKAq").last?.contains("leave, y or n?") == true)
  }

  @Test func otherJSONIsAText() throws {
    let json = try folder.write("{\"schema\": \"another\", \"mill\": \"quiet\"}", as: "a.json")
    #expect(try screen([json, "--policy", "streaming", "--steps", "2"]).contains { $0.contains("another") })
  }
}
