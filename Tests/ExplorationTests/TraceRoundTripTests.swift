import Checkpoint
import Eviction
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// What the engine has seen, written as a trace and read again: every policy that needs no pass of the model
/// keeps the same.
@Suite struct TraceRoundTripTests {
  /// All scorers, and allocations and wrappers that look at something of their own.
  static let names =
    PolicyRegistry.all.map(\.name).filter { $0 != "full" }
    + PolicyRegistry.allocations.map { "snapkv/\($0.name)" } + [
      "laq/cake", "laq++/ada", "laq(m=4)", "laq(cheap=streaming)",
      "laq(source=lookup)", "laq++(source=position,content=first)", "laq(source=truth,m=3)",
      "snapkv+critical", "expected+critical",
      "snapkv+chunk(size=64)", "h2o+chunk(size=64)", "snapkv+block(size=64)", "keydiff+chunkkv",
    ]

  static func tell(
    _ names: [String] = ["laq", "snapkv"], _ precision: Precision = .float32,
    granularity: Granularity = .kvHead
  ) async throws -> (RunEngine, Run) {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let prompt = try Prompt(
      name: "passage", text: Array(RunTests.text.utf8), tokenizer: checkpoint.tokenizer,
      framing: PromptFraming(question: "Which passcode?"))
    let policies = names.compactMap { Policy($0) }
    let settings = ExplorationSettings(
      budget: 24, granularity: granularity, policies: policies, answerLimit: 6)
    let run = Run(
      modelName: "embedded", prompt: prompt, settings: settings, vocabulary: Vocabulary(checkpoint.tokenizer))
    let engine = RunEngine(checkpoint: checkpoint, precision: precision)
    return (engine, await engine.run(run))
  }

  @Test(arguments: Granularity.allCases) func everyPolicyKeepsWhatItKept(_ granularity: Granularity)
    async throws
  {
    try await Self.checkEveryPolicy(.float32, granularity)
  }

  @Test(
    .enabled(if: Precision.automatic.usesBFloat16, "this CPU has no bf16 dot products"),
    arguments: Granularity.allCases)
  func everyPolicyKeepsWhatItKeptInBFloat16(_ granularity: Granularity) async throws {
    try await Self.checkEveryPolicy(.bfloat16, granularity)
  }

  private static func checkEveryPolicy(_ precision: Precision, _ granularity: Granularity) async throws {
    let (engine, live) = try await tell(names, precision, granularity: granularity)
    #expect(live.stage == .done && live.results.count > 30)
    let (path, output) = ("trace.safetensors", await engine.outputProjection())
    try await TraceFixture.inFolder { folder in
      let file = folder.appendingPathComponent(path).path
      try TraceExport(live, output: output).write(to: file)
      let trace = try TraceFile(path: file)
      let told = await RunEngine(trace).run(trace.makeRun(live.settings))
      #expect(told.stage == .done)
      for result in live.results {
        guard result.policy.pass == nil, !result.policy.needs.contains(.gate) else {
          #expect(
            told.unavailableReasons[result.policy]?.contains(
              result.policy.needs.contains(.gate) ? "gate" : "second pass") == true)
          continue
        }
        let same = try #require(
          told.results.first { $0.policy == result.policy }, "\(result.policy): \(told.unavailableReasons)")
        #expect(same.kept == result.kept, "\(result.policy) keeps others")
        #expect(same.scores?.layers == result.scores?.layers, "\(result.policy) has other scores")
        #expect(same.agreement == result.agreement && same.lookahead?.cheap == result.lookahead?.cheap)
        #expect(same.lookahead?.pseudo.tokens == result.lookahead?.pseudo.tokens)
        #expect(same.lookahead?.mismatch == nil && !same.hasAnswer)
      }
      #expect(
        told.decodeMass?.layers == live.decodeMass?.layers && told.figures?.entropy == live.figures?.entropy)
    }
  }

  @Test func promptAnswerAndDistributionsReturn() async throws {
    let (_, live) = try await Self.tell()
    try await TraceFixture.inFolder { folder in
      let file = folder.appendingPathComponent("trace").path
      try TraceExport(live).write(to: file)
      let trace = try TraceFile(path: file)
      #expect(trace.prompt.tokens == live.prompt.tokens && trace.prompt.text == live.prompt.text)
      #expect(trace.prompt.hash == live.prompt.hash && trace.prompt.name == live.prompt.name)
      #expect(trace.prompt.questionTokenCount == live.prompt.questionTokenCount && trace.output == nil)
      for position in live.prompt.tokens.indices {
        #expect(trace.prompt.bytes(at: position) == live.prompt.bytes(at: position))
      }
      let (answer, wanted) = (trace.answer, try #require(live.full).answer)
      #expect(answer.tokens == wanted.tokens && answer.hasEnded == wanted.hasEnded)
      #expect(answer.heldTokens == wanted.heldTokens)
      for (step, expected) in zip(answer.steps, wanted.steps) {
        #expect(step.candidates.prefix(8).elementsEqual(expected.candidates.prefix(8)))
      }
      #expect(answer.steps.count == wanted.steps.count)
      #expect(trace.vocabulary.text(answer.tokens) == live.vocabulary.text(answer.tokens))
    }
  }

  @Test func nothingIsWrittenBeforeTheRunIsOverOrOverAFile() async throws {
    let (_, live) = try await Self.tell()
    #expect(throws: ExportError.nothingYet) { try TraceExport(live.at(.cancelled)) }
    try await TraceFixture.inFolder { folder in
      let file = folder.appendingPathComponent("trace").path
      try Data("mine".utf8).write(to: URL(fileURLWithPath: file))
      #expect(throws: ExportError.exists(file)) { try TraceExport(live).write(to: file) }
      #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
      try TraceExport(live).write(to: file, replacing: true)
      #expect(TraceDetection.isTrace(file))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["trace"])
    }
  }
}
