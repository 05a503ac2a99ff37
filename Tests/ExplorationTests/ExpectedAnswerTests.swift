import Checkpoint
import TestSupport
import Testing

@testable import Exploration

/// What a right answer has in it, and the marks that follow from it.
@Suite struct ExpectedAnswerTests {
  @Test(arguments: [
    ("905", " The favour of Munathow is 905.", true), ("905", " It is 95.", false),
    ("Eat a sandwich", "You should eat  a\nSANDWICH and sit.", true), ("eat a sandwich", "a sandwich", false),
    ("/9[0-9]5/", " is 915.", true), ("/9[0-9]5/", " is 9a5.", false), ("/Sandwich/", " a sandwich", false),
    ("/(?i:Sandwich)|bread/", " some bread", true), ("//", "a // b", true), ("/", "a/b", true),
    ("/sandwich$/i", " a SandWich", true), ("/sandwich/i", " a sand", false),
    ("/usr/bin", " in /USR/bin", true), ("/a/b/", " a/b", true),
  ]) func textsAndExpressionsAreFound(_ typed: String, _ answer: String, _ isIn: Bool) throws {
    let expected = try ExpectedAnswer(parsing: typed)
    #expect(expected.isIn(answer) == isIn)
    #expect(expected.description == typed)
    #expect(try ExpectedAnswer(parsing: expected.description) == expected)
  }

  @Test(arguments: ["", "  ", "/(/", "/[/", "/(/i", "/a/g", "/a/gi"]) func whatSaysNothingIsRefused(
    _ typed: String
  ) {
    let error = #expect(throws: ExpectedAnswerError.self) { try ExpectedAnswer(parsing: typed) }
    #expect(error?.description.contains("'\(typed)'") == true)
  }

  @Test func oneOfSeveralTextsIsEnough() {
    #expect(ExpectedAnswer(anyOf: ["nine", "905"])?.isIn("it is Nine") == true)
    #expect(ExpectedAnswer(anyOf: ["nine", "905"])?.isIn("it is 95") == false)
    #expect(ExpectedAnswer(anyOf: ["", " "]) == nil && ExpectedAnswer(anyOf: []) == nil)
  }

  /// The answers of a run are what they are; what is expected says which of them are right.
  @Test func marksSayWhatBecameOfTheAnswer() async throws {
    var run = try await RunTests.tell(["oracle", "streaming"], budget: 64)
    let tokenizer = try Checkpoint(path: Places.embeddedModel).tokenizer
    run.results[1].answer.tokens = tokenizer.encode(Array(" It is the passcode.".utf8)).map(\.id)
    let (same, other) = (run.results[0], run.results[1])
    #expect(run.vocabulary.text(same.answer.tokens) == " The passcode of Temley is amber lantern.")
    #expect(!run.vocabulary.text(other.answer.tokens).contains("amber lantern"))
    func marks(_ typed: String...) throws -> [AnswerMark?] {
      var settings = run.settings
      settings.expected = try typed.map { try ExpectedAnswer(parsing: $0) }
      var asked = Run(modelName: "", prompt: run.prompt, settings: settings, vocabulary: run.vocabulary)
      (asked.full, asked.stage) = (run.full, run.stage)
      return run.results.map { asked.mark(of: $0) } + [asked.fullMissesExpected == true ? .missing : nil]
    }
    #expect(try marks() == [.same, .other, nil])
    #expect(try marks("amber lantern") == [.right, .missing, nil])
    #expect(try marks("passcode", "/amber|blue/") == [.right, .missing, nil])
    #expect(try marks("the") == [.right, .reworded, nil], "\(run.vocabulary.text(other.answer.tokens))")
    // The full cache itself misses one of them: nobody is to blame for that.
    #expect(try marks("amber lantern", "48213") == [.same, .other, .missing])
    run.full = nil
    #expect(try marks("amber lantern") == [nil, nil, nil])
  }
}
