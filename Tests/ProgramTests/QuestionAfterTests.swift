import Foundation
import TestSupport
import Testing

/// `--question-after` in the built program.
@Suite(.serialized) struct QuestionAfterTests {
  let folder: ScratchFolder
  let text: String
  static let questions = [
    "Question: What is the passcode of Temley?\nAnswer:",
    "Question: What is the passcode of Brandton?\nAnswer:",
  ]

  init() throws {
    folder = try ScratchFolder()
    text = try folder.write(
      "The passcode of Brandton is 48213. The old mill was quiet. The passcode of Temley is amber lantern.",
      as: "text.txt")
  }

  private func run(_ arguments: [String], questions: Int = 2) throws -> Program.Outcome {
    try Program.run(
      [text, "--budget", "64", "--policy", "snapkv", "--policy", "laq"]
        + Self.questions.prefix(questions).flatMap { ["--question", $0] } + arguments)
  }

  @Test func severalQuestionsAreAnsweredOnOneCache() throws {
    let first = try run(["--question-after", "--screen", "text"])
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.output.contains("amber lantern.") && first.output.contains("question 1 of 2"))
    let second = try run(["--question-after", "--screen", "text", "--keys", ")"])
    #expect(second.output.contains("is 48213.") && second.output.contains("question 2 of 2"))
    let answers = try run(["--question-after", "--screen", "timeline", "--keys", "R"])
    #expect(answers.output.contains("is 48213.") && answers.output.contains("Another question"))
    let timeline = try run(["--question-after", "--screen", "timeline"])
    #expect(timeline.output.contains("question 1"))
  }

  @Test func theExportHasEveryQuestion() throws {
    let path = folder.path("kept.json")
    #expect(try run(["--question-after", "--export", path]).status == 0)
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path)))
    let export = try #require(json as? [String: Any])
    #expect((export["prompt"] as? [String: Any])?["questionAfterEviction"] as? String == Self.questions[0])
    let others = try #require(export["otherQuestions"] as? [[String: Any]])
    #expect(others.map { $0["question"] as? String } == [Self.questions[1]])
    let answers = others[0]["answers"] as? [[String: Any]]
    #expect(answers?.compactMap { $0["policy"] as? String } == ["full", "snapkv", "laq"])
    #expect((answers?[0]["answer"] as? String)?.contains("48213") == true)
  }

  @Test func aSessionOpensWithItsQuestions() throws {
    let session = folder.path("a.laq")
    let options = ["--question-after", "--screen", "text"]
    #expect(try run(options + ["--keys", "):w \(session)<Enter>"]).status == 0)
    let again = try Program.run([session, "--screen", "text"])
    #expect(again.status == 0 && again.output.contains("is 48213."), "\(again.errors)")
    #expect(again.output.contains("question 2 of 2 after the eviction"))
    let other = try Program.run([session, "--screen", "text", "--keys", ")"])
    #expect(other.output.contains("amber lantern."))
  }

  @Test func whatCannotBeAskedIsWrongUsage() throws {
    for (arguments, count, words) in [
      (["--screen", "text"], 2, "Several questions need --question-after"),
      (["--question-after", "--screen", "text"], 0, "--question-after needs --question"),
      (["--question-after", "--question-first", "--screen", "text"], 1, "not both"),
    ] {
      let outcome = try run(arguments, questions: count)
      #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  @Test func aTraceCannotHoldIt() throws {
    let outcome = try run(["--question-after", "--record", folder.path("a.safetensors")])
    #expect(outcome.status == 1 && outcome.errors.contains("record it without --question-after"))
  }

  @Test func evaluationsCompressTheContextAlone() throws {
    let file = folder.path("a.json")
    let options = [
      "eval", "retrieval", "--family", "single", "--length", "256", "--count", "2", "--policy", "snapkv",
      "--budget", "48", "--plain", "--jobs", "1", "--to", file,
    ]
    let outcome = try Program.run(options + ["--compress", "context"])
    #expect(outcome.status == 0 && outcome.output.contains("--compress context"), "\(outcome.errors)")
    #expect(
      try Program.run(["eval", "show", file]).output.contains("Policies saw the text without its question"))
    let other = try Program.run(options)
    #expect(
      other.status == 1 && other.errors.contains("the option 'compress' is context there"), "\(other.errors)")
    // And a prompt of it is explored as it was run.
    let screen = try Program.run([file, "--screen", "text"])
    #expect(screen.output.contains("question after the eviction"), "\(screen.errors)")
  }
}
