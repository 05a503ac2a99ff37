import Checkpoint
import Eviction
import Transformer

/// A model as a run's source; its weights are opened with the first prompt.
struct ModelSource: RunSource {
  private let configuration: ModelConfiguration
  private let precision: Precision
  private let weights: () throws -> any TensorSource
  private let gateSource: () throws -> Gate?
  /// What a file has recorded of a prompt by a model.
  struct Recorded {
    let prefix: RecordedPrefix
    /// The prompt's tokens.
    let tokens: [Int]
    /// Whether it is the same that would be computed here, the logits behind it included.
    var isWhole = false
  }

  private let recorded: Recorded?
  private let drafts: OpenDrafts
  private var decoder: Decoder?
  private var gate: Gate?

  init(
    _ configuration: ModelConfiguration, precision: Precision, gate: @escaping () throws -> Gate?,
    recorded: Recorded? = nil, drafts: DraftModels? = nil, weights: @escaping () throws -> any TensorSource
  ) {
    self.drafts = OpenDrafts(drafts, precision: precision)
    self.recorded = recorded
    self.configuration = configuration
    self.precision = precision
    self.weights = weights
    gateSource = gate
  }

  var isOpen: Bool { decoder != nil }
  var shape: ModelShape { configuration.shape }
  var leastWaitingWork = WaitingPolicies.leastWork
  var output: OutputProjection? { decoder?.outputProjection }
  var recordedAnswer: (answer: Continuation, queries: QueryRows?)? { nil }

  /// - Throws: as `Decoder` does; `GateError`, `CheckpointError`. Most models have no gate.
  mutating func open(wantsGate: Bool, onLayer: (Int, Int) -> Void) throws {
    if decoder == nil {
      let count = configuration.layerCount
      decoder = try Decoder(configuration, weights: weights(), precision: precision) { onLayer($0, count) }
    }
    if wantsGate, gate == nil { gate = try gateSource() }
  }

  func stages(for request: RunRequest) -> [RunStage] {
    var stages: [RunStage] = [.prefill, .lookahead, .passes]
    if request.parts.contains(.agreement) { stages.append(.agreement) }
    stages.append(.eviction(request.present))
    if request.parts.contains(.answers) { stages.append(.answers) }
    if request.parts.contains(.comparison) { stages.append(.comparison) }
    if request.parts.contains(.figures) { stages.append(.figures) }
    return stages
  }

  func canReuse(_ earlier: Run, for request: RunRequest) -> Bool {
    guard let recording = earlier.recording, let decoder else { return false }
    return earlier.prompt.hash == request.prompt.hash && recording.shape == decoder.shape
      && recording.firstQueryPosition <= request.firstQueryPosition
      && (gate(for: request) == nil || earlier.gateScores != nil)
  }

  func prefill(
    _ request: RunRequest, after prefix: RecordedPrefix?, onProgress: (PrefillProgress) -> Void,
    onGateScores: (GateScores) -> Void
  ) throws -> Recording {
    guard let decoder else { throw CancellationError() }
    let tokens = request.prompt.tokens.map(\.id)
    if let recorded, recorded.isWhole, recorded.tokens == tokens, gate(for: request) == nil,
      recorded.prefix.recording.firstQueryPosition <= request.firstQueryPosition
    {
      return recorded.prefix.recording
    }
    let pass = gate(for: request).map { GatePass($0, tokenCount: tokens.count) }
    // A gate looks at the states of all tokens: behind a known prefix it would miss some.
    do {
      return try decoder.prefill(
        tokens, after: pass == nil ? prefix ?? recordedPrefix(of: tokens) : nil,
        firstQueryPosition: request.firstQueryPosition,
        onProgress: onProgress
      ) { _, states in
        guard let pass else { return }
        pass.advance(states)
        onGateScores(pass.scores)
      }
    } catch let error as TransformerError {
      // Which weight it is is looked for only now: that takes as long as reading the model.
      if case .logitsNotFinite = error { try Decoder.requireFiniteWeights(configuration, weights()) }
      throw error
    }
  }

  func decoding(
    _ recording: Recording, endTokens: Set<Int>, question: [Int], referenceLogits: [[Float]],
    referenceTokens: [Int]
  ) -> GreedyDecoding? {
    decoder.map {
      GreedyDecoding(
        decoder: $0, recording: recording, endTokens: configuration.endTokens.union(endTokens),
        question: question,
        referenceLogits: referenceLogits, referenceTokens: referenceTokens)
    }
  }

  func replay(
    _ replays: [Replay], over recording: Recording, onProgress: (PrefillProgress) -> Void
  ) throws -> ReplayedAttention? {
    try decoder?.replay(replays, over: recording, onProgress: onProgress)
  }

  func draft(_ name: String) throws -> Draft { try drafts.draft(name) }

  func recordedLookahead(_ wanted: LookaheadSettings, facts: PromptFacts, granularity: Granularity)
    -> RecordedLookahead?
  { nil }

  /// The part of a prompt that a trace has recorded.
  private func recordedPrefix(of tokens: [Int]) -> RecordedPrefix? {
    recorded.map { recorded in
      RecordedPrefix(
        recorded.prefix.recording, count: zip(recorded.tokens, tokens).prefix { $0 == $1 }.count)
    }
  }

  private func gate(for request: RunRequest) -> Gate? { request.wantsGate ? gate : nil }
}

extension ModelSource.Recorded {
  /// What a session has kept, which is what would be computed here.
  init(_ kept: KeptRecording) {
    self.init(
      prefix: RecordedPrefix(kept.recording, count: kept.tokens.count), tokens: kept.tokens, isWhole: true)
  }
}
