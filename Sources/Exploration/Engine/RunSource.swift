import Eviction
import Transformer

/// Where a run's tensors come from: a model that computes them, or a trace that has recorded them.
protocol RunSource {
  /// Whether everything is at hand that decoding and scoring take.
  var isOpen: Bool { get }

  /// The sizes of the model.
  var shape: ModelShape { get }

  /// Work from which on a policy waits until somebody looks at it.
  var leastWaitingWork: Int { get }

  /// The output projection, for the policies that weigh values by it.
  var output: OutputProjection? { get }

  /// The full cache's answer and its queries where they are recorded; `nil` where they are decoded.
  var recordedAnswer: (answer: Continuation, queries: QueryRows?)? { get }

  /// Opens what is read once: weights, and a gate if a policy asks for one.
  mutating func open(wantsGate: Bool, onLayer: (Int, Int) -> Void) throws

  /// The stages of a run, in the order in which they are worth the most to whoever watches.
  func stages(for request: RunRequest) -> [RunStage]

  /// Whether the recording of an earlier run serves this one.
  func canReuse(_ earlier: Run, for request: RunRequest) -> Bool

  /// The prompt's pass through the model.
  /// - Throws: `PrefillInterrupted` with the finished layers, and what the model throws.
  func prefill(
    _ request: RunRequest, after prefix: RecordedPrefix?, onProgress: (PrefillProgress) -> Void,
    onGateScores: (GateScores) -> Void
  ) throws -> Recording

  /// Decoding on caches of a recording; `nil` where nothing can be decoded.
  /// - Parameters:
  ///   - question: what is fed before an answer, where the prompt does not end with it.
  ///   - referenceLogits: the full cache's logits per step, if they are known.
  ///   - referenceTokens: the tokens that it chose.
  func decoding(
    _ recording: Recording, endTokens: Set<Int>, question: [Int], referenceLogits: [[Float]],
    referenceTokens: [Int]
  ) -> GreedyDecoding?

  /// Passes a prompt's text once more, and measures what it attends to; `nil` where that is not possible.
  func replay(
    _ replays: [Replay], over recording: Recording, onProgress: (PrefillProgress) -> Void
  ) throws -> ReplayedAttention?

  /// A model that drafts pseudo tokens; opened once.
  /// - Throws: `DraftError`.
  func draft(_ name: String) throws -> Draft

  /// The recorded lookahead that comes next to what a policy asks for; `nil` where lookaheads are decoded.
  func recordedLookahead(_ wanted: LookaheadSettings, facts: PromptFacts, granularity: Granularity)
    -> RecordedLookahead?
}

/// A part of a run.
enum RunStage {
  /// The prompt's pass through the model.
  case prefill
  /// The full cache's answer, and the pseudo tokens beside it.
  case lookahead
  /// Further passes of the prompt, where policies ask for them.
  case passes
  /// The attention of the full cache's decode queries, and how much of it falls on kept tokens.
  case agreement
  /// What some of the policies keep.
  case eviction([Policy])
  /// Every policy's answer.
  case answers
  /// The full cache's answer fed to the policies that would say something else.
  case comparison
  /// The figures of every head.
  case figures
}
