import Checkpoint
import Eviction
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// A trace with the model that it was recorded of: everything is decoded, and what was recorded does not pass
/// the model again.
@Suite struct TraceModelTests {
  private static let policies = ["laq", "snapkv", "streaming", "kvzip", "oracle"]

  private static func tell(recording: RecordingScope = .all) async throws -> (
    checkpoint: Checkpoint, run: Run
  ) {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let text =
      (0..<6).map { "The clerk lost lamp \($0 * 37) on the way to the mill. " }.joined() + RunTests.text
    let prompt = try Prompt(
      name: "passage", text: Array((text + text).utf8), tokenizer: checkpoint.tokenizer,
      framing: PromptFraming(question: "Which passcode?"))
    var settings = ExplorationSettings(
      budget: 24, policies: policies.compactMap { Policy($0) }, answerLimit: 6)
    if recording == .windows { settings.policies.removeAll { $0.name == "kvzip" } }
    settings.recording = recording
    let run = Run(
      modelName: "embedded", prompt: prompt, settings: settings, vocabulary: Vocabulary(checkpoint.tokenizer))
    return (checkpoint, await RunEngine(checkpoint: checkpoint, precision: .float32).run(run))
  }

  @Test(arguments: RecordingScope.allCases) func answersAndKeptTokensAreThoseOfTheText(
    _ scope: RecordingScope
  )
    async throws
  {
    let (checkpoint, live) = try await Self.tell(recording: scope)
    #expect(live.stage == .done && live.prompt.tokens.count > 200)
    try await TraceFixture.inFolder { folder in
      let file = folder.appendingPathComponent("trace.safetensors").path
      try TraceExport(live).write(to: file)
      let trace = try TraceFile(path: file)
      let engine = RunEngine(trace, checkpoint: checkpoint, precision: .float32)
      let told = await engine.run(try trace.makeRun(live.settings, by: checkpoint, named: "embedded"))
      #expect(told.stage == .done && told.hasModel && told.unavailable.isEmpty)
      #expect(told.full?.answer.tokens == live.full?.answer.tokens)
      #expect(told.results.map(\.policy) == live.results.map(\.policy))
      for (mine, other) in zip(told.results, live.results) where mine.policy.name != "kvzip" {
        #expect(mine.kept == other.kept && mine.answer.tokens == other.answer.tokens, "\(mine.policy)")
      }
      // Of a recording of all queries, only the last block passes.
      let passed = try #require(told.prefillReports.last?.tokenCount)
      #expect(scope == .all ? passed <= 128 + 64 : passed == live.prompt.tokens.count)
      // A change of settings reuses what there is; another question is none of a trace's.
      var other = live.settings
      other.budget = 12
      let again = await engine.run(told.anew(other, prompt: told.prompt), earlier: told)
      #expect(again.stage == .done && again.results.allSatisfy { $0.hasAnswer })
      #expect(throws: PromptError.noTokenizer("passage")) { try told.prompt.asking("Who?") }
    }
  }

  /// Where a model answers otherwise than it was recorded, it is said at which token.
  @Test func anAnswerThatIsNotTheRecordedOneIsTold() async throws {
    let (checkpoint, live) = try await Self.tell()
    try await TraceFixture.inFolder { folder in
      let file = folder.appendingPathComponent("trace.safetensors").path
      try TraceExport(live).write(to: file)
      let trace = try TraceFile(path: file)
      let run = try trace.makeRun(live.settings, by: checkpoint, named: "embedded")
      var told = await RunEngine(trace, checkpoint: checkpoint, precision: .float32).run(run)
      #expect(trace.otherAnswer(in: told) == nil)
      let answer = try #require(told.full).answer
      // One that is only shorter, as fewer tokens were asked for, is no other one.
      told.full?.answer = answer.prefix(2)
      #expect(trace.otherAnswer(in: told) == nil)
      told.full?.answer.hasEnded = true
      #expect(trace.otherAnswer(in: told)?.contains("token 3 is the end, and was ") == true)
      told.full?.answer = answer
      told.full?.answer.tokens[1] = answer.tokens[0]
      let word = told.vocabulary.text([answer.tokens[0]])
      #expect(trace.otherAnswer(in: told)?.contains("token 2 is \"\(word)\", and was ") == true)
    }
  }

  @Test func anotherModelIsRefused() async throws {
    let (checkpoint, live) = try await Self.tell()
    try await TraceFixture.inFolder { folder in
      let file = folder.appendingPathComponent("trace.safetensors").path
      try TraceExport(live).write(to: file)
      let trace = try TraceFile(path: file)
      let scratch = try ScratchFolder()
      func changed(_ name: String, _ pattern: some RegexComponent, _ text: String, in part: String) throws
        -> Checkpoint
      {
        let copy = try scratch.model(name)
        let url = copy.appendingPathComponent(part)
        let old = try String(contentsOf: url, encoding: .utf8)
        let new = old.replacing(pattern, with: text)
        #expect(new != old)
        try new.write(to: url, atomically: true, encoding: .utf8)
        return try Checkpoint(path: copy.path)
      }
      func refusal(_ model: Checkpoint) -> String {
        do { _ = try trace.prompt(for: model, named: "x") } catch { return String(describing: error) }
        return "none"
      }
      #expect(refusal(checkpoint) == "none")
      let sizes = try changed(
        "sizes", /"num_hidden_layers": 5/, "\"num_hidden_layers\": 4", in: "config.json")
      #expect(
        refusal(sizes).contains("a model with 5 layers of 8 query and 4 KV heads of 32, and x has 4 layers"))
      #expect(refusal(sizes).contains("or leave out --model"))
    }
  }
}
