import Foundation
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// The prefill that a session keeps in a file.
@Suite struct KeptRecordingTests {
  private static let names = ["laq(m=4)", "snapkv", "h2o"]

  private static func origin(
    _ prompt: Prompt, model: String = "digest", precision: Precision = .float32
  ) -> RecordingOrigin {
    RecordingOrigin(model: model, prompt: prompt, precision: precision)
  }

  private static func opened(
    _ path: String, _ run: Run, _ origin: RecordingOrigin? = nil, settings: ExplorationSettings? = nil,
    vocabulary: Int? = nil
  ) throws -> KeptRecording {
    try KeptRecording(
      path: path, fitting: origin ?? Self.origin(run.prompt), prompt: run.prompt,
      settings: settings ?? run.settings,
      vocabulary: try vocabulary ?? #require(run.recording).lastLogits.count)
  }

  @Test func whatIsKeptNeedNotPassAgainAndAnswersTheSame() async throws {
    let folder = try ScratchFolder()
    let path = folder.path("run.laq.recording")
    let engine = try CountedEngine()
    let (run, cost) = await engine.run(try engine.begun(Self.names))
    #expect(cost.prefills == 1)
    let bytes = try TraceExport(run, origin: Self.origin(run.prompt)).write(to: path)
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int == bytes)

    let kept = try Self.opened(path, run)
    let again = try CountedEngine(kept: kept)
    let (reopened, none) = await again.run(try again.begun(Self.names))
    #expect(none.prefills == 0 && reopened.prefillReports.isEmpty)
    #expect(reopened.full?.answer.tokens == run.full?.answer.tokens)
    #expect(reopened.full?.answer.steps == run.full?.answer.steps)
    for (a, b) in zip(reopened.results, run.results) {
      #expect(a.kept == b.kept && a.scores?.layers == b.scores?.layers, "\(a.policy)")
      #expect(a.answer.steps == b.answer.steps && a.outputErrors == b.outputErrors, "\(a.policy)")
    }
    // Another text is another prompt, which passes.
    let (other, passed) = await again.run(try again.begun(Self.names, text: RunTests.text + " It is"))
    #expect(other.stage == .done && passed.prefills == 1)
  }

  @Test func aRecordingOfSomethingElseIsRefusedWithTheReason() async throws {
    let folder = try ScratchFolder()
    let path = folder.path("run.laq.recording")
    let engine = try CountedEngine()
    let (run, _) = await engine.run(try engine.begun(["snapkv"]))
    try TraceExport(run, origin: Self.origin(run.prompt)).write(to: path)
    let other = try engine.begun(["snapkv"], text: RunTests.text + " x").prompt
    for (origin, words) in [
      (Self.origin(run.prompt, model: "another"), "other model files"),
      (Self.origin(other), "another text"),
      (Self.origin(run.prompt, precision: .bfloat16), "--precision float32"),
    ] {
      #expect {
        try Self.opened(path, run, origin)
      } throws: {
        "\($0)".contains(words) && "\($0)".hasPrefix(path)
      }
    }
    #expect { try Self.opened(path, run, vocabulary: 3) } throws: { "\($0)".contains("belong together") }
    #expect(throws: (any Error).self) { try Self.opened(folder.path("none"), run) }
    // A trace is no session's: whoever recorded it may have computed otherwise.
    let trace = folder.path("trace.safetensors")
    try TraceExport(run).write(to: trace)
    #expect { try Self.opened(trace, run) } throws: { "\($0)".contains("does not say") }
    // Cut files are no recordings.
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for count in [0, 7, 400, whole.count / 2, whole.count - 1] {
      try whole.prefix(count).write(to: URL(fileURLWithPath: path))
      #expect(throws: (any Error).self) { try Self.opened(path, run) }
    }
  }

  @Test func queriesThatAreLookedAtMustBeInIt() async throws {
    let folder = try ScratchFolder()
    let path = folder.path("run.laq.recording")
    let engine = try CountedEngine()
    var begun = try engine.begun(["snapkv"])
    var settings = begun.settings
    settings.recording = .windows
    begun = begun.anew(settings)
    let (run, _) = await engine.run(begun)
    try #require(run.recording?.firstQueryPosition ?? 0 > 0)
    try TraceExport(run, origin: Self.origin(run.prompt)).write(to: path)
    _ = try Self.opened(path, run)
    settings.recording = .all
    #expect { try Self.opened(path, run, settings: settings) } throws: { "\($0)".contains("looked at") }
  }

  @Test func whatIsStoppedLeavesNoFile() async throws {
    let folder = try ScratchFolder()
    let path = folder.path("run.laq.recording")
    let engine = try CountedEngine()
    let (run, _) = await engine.run(try engine.begun(["snapkv"]))
    let origin = Self.origin(run.prompt)
    let task = Task.detached {
      withUnsafeCurrentTask { $0?.cancel() }
      try TraceExport(run, origin: origin).write(to: path)
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  /// The prompt's own pass is the same whatever is asked behind it.
  @Test func aQuestionAfterTheEvictionIsNoObstacle() async throws {
    let folder = try ScratchFolder()
    let path = folder.path("run.laq.recording")
    let engine = try CountedEngine()
    let begun = try engine.begun(["snapkv"])
    let prompt = try Prompt(
      name: "test", text: Array(RunTests.text.utf8), tokenizer: engine.checkpoint.tokenizer,
      framing: PromptFraming(question: "What is it?", asksAfterEviction: true), contextLength: nil,
      answerLimit: 16)
    let (run, _) = await engine.run(begun.anew(begun.settings, prompt: prompt))
    #expect(throws: ExportError.questionAfterEviction) { try TraceExport(run) }
    try TraceExport(run, origin: Self.origin(prompt)).write(to: path)
    let again = try CountedEngine(kept: try Self.opened(path, run))
    let (reopened, cost) = await again.run(begun.anew(begun.settings, prompt: prompt))
    #expect(cost.prefills == 0 && reopened.results.map(\.answer.tokens) == run.results.map(\.answer.tokens))
  }
}
