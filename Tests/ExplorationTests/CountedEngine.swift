import Checkpoint
import Eviction
import Synchronization
import TestSupport
import Transformer

@testable import Exploration

/// What a run has cost: passes of the prompt, tokens that were decoded, heads that were scored by policies that
/// look at every row.
struct RunCost: Sendable {
  /// Prefills that were computed, not taken from a file.
  var prefills = 0
  var passes = 0
  /// Tokens that were fed to all caches.
  var fedTokens = 0
  var stages: [Run.Stage] = []

  /// The policies that looked at every row of attention.
  var scored: Set<Policy> {
    Set(stages.compactMap { if case .scoring(let policy, _, _) = $0 { policy } else { nil } })
  }
}

/// The embedded model, with count of what it computes.
struct CountedEngine {
  /// A source that counts what it is asked for.
  private struct Source: RunSource {
    var model: ModelSource
    let cost: Counter
    /// Decodings that were handed out.
    let leastWaitingWork: Int

    var isOpen: Bool { model.isOpen }
    var shape: ModelShape { model.shape }
    var output: OutputProjection? { model.output }
    var recordedAnswer: (answer: Continuation, queries: QueryRows?)? { nil }

    mutating func open(wantsGate: Bool, onLayer: (Int, Int) -> Void) throws {
      try model.open(wantsGate: wantsGate, onLayer: onLayer)
    }
    func stages(for request: RunRequest) -> [RunStage] { model.stages(for: request) }
    func canReuse(_ earlier: Run, for request: RunRequest) -> Bool { model.canReuse(earlier, for: request) }
    func prefill(
      _ request: RunRequest, after prefix: RecordedPrefix?, onProgress: (PrefillProgress) -> Void,
      onGateScores: (GateScores) -> Void
    ) throws -> Recording {
      var hasPassed = false
      let recording = try model.prefill(request, after: prefix) { progress in
        hasPassed = true
        onProgress(progress)
      } onGateScores: {
        onGateScores($0)
      }
      if hasPassed { cost.value.withLock { $0.prefills += 1 } }
      return recording
    }
    func decoding(
      _ recording: Recording, endTokens: Set<Int>, question: [Int], referenceLogits: [[Float]],
      referenceTokens: [Int]
    ) -> GreedyDecoding? {
      let decoding = model.decoding(
        recording, endTokens: endTokens, question: question, referenceLogits: referenceLogits,
        referenceTokens: referenceTokens)
      decoding.map { cost.note($0) }
      return decoding
    }
    func replay(
      _ replays: [Replay], over recording: Recording, onProgress: (PrefillProgress) -> Void
    ) throws -> ReplayedAttention? {
      cost.value.withLock { $0.passes += 1 }
      return try model.replay(replays, over: recording, onProgress: onProgress)
    }
    func draft(_ name: String) throws -> Draft { try model.draft(name) }
    func recordedLookahead(_ wanted: LookaheadSettings, facts: PromptFacts, granularity: Granularity)
      -> RecordedLookahead?
    { nil }
  }

  /// Counts, and the decodings whose tokens are counted.
  private final class Counter: Sendable {
    let value = Mutex(RunCost())
    private nonisolated(unsafe) var decodings: [GreedyDecoding] = []

    /// On the engine's thread, and read when it rests.
    func note(_ decoding: GreedyDecoding) { decodings.append(decoding) }

    func take() -> RunCost {
      value.withLock { cost in
        cost.fedTokens = decodings.reduce(0) { $0 + $1.fedTokenCount }
        decodings = []
        defer { cost = RunCost() }
        return cost
      }
    }
  }

  let engine: RunEngine
  let checkpoint: Checkpoint
  private let counter: Counter

  /// - Parameters:
  ///   - leastWork: from which on a policy waits; the least there is, so that short prompts do for tests.
  ///   - kept: a prefill that a session has kept.
  init(leastWork: Int = 1, kept: KeptRecording? = nil) throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let counter = Counter()
    self.checkpoint = checkpoint
    self.counter = counter
    engine = RunEngine(
      Source(
        model: ModelSource(
          checkpoint.configuration, precision: .float32, gate: { nil },
          recorded: kept.map { .init($0) }, weights: { try checkpoint.weights() }),
        cost: counter, leastWaitingWork: leastWork))
  }

  /// A run of which nothing is known but its settings.
  func begun(
    _ names: [String], budget: Int = 24, text: String = RunTests.text, answerLimit: Int = 16
  ) throws -> Run {
    Run(
      modelName: "embedded",
      prompt: try Prompt(name: "test", text: Array(text.utf8), tokenizer: checkpoint.tokenizer),
      settings: ExplorationSettings(
        budget: budget, policies: try names.map { try Policy(parsing: $0) }, answerLimit: answerLimit),
      vocabulary: Vocabulary(checkpoint.tokenizer))
  }

  /// Runs it, and says what it has cost.
  func run(_ run: Run, earlier: Run? = nil, lookingAt watched: [Policy]? = nil) async -> (Run, RunCost) {
    let counter = counter
    let run = await engine.run(run, earlier: earlier, lookingAt: watched) { update in
      counter.value.withLock { $0.stages.append(update.stage) }
    }
    return (run, counter.take())
  }

  /// Computes what has waited, and says what it has cost; the stages are those of what waited.
  func catchUp(
    _ run: Run, lookingAt watched: [Policy], onUpdate: @escaping @Sendable (Run) -> Void = { _ in }
  )
    async -> (Run, RunCost)
  {
    let counter = counter
    let run = await engine.catchUp(run, lookingAt: watched) { update in
      counter.value.withLock { cost in update.waitingStage.map { cost.stages.append($0) } }
      onUpdate(update)
    }
    return (run, counter.take())
  }
}
