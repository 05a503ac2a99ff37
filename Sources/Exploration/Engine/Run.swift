import Eviction
import Transformer

/// One prompt under many policies, as far as it has been computed: an immutable value that grows from
/// update to update and that every screen is a function of.
public struct Run: Sendable {
  /// What is being computed.
  public enum Stage: Sendable, Hashable {
    /// The text is tokenized; the model is being opened.
    case opening
    /// The model's weights are read, layer by layer.
    case loading(layer: Int, of: Int)
    /// A trace is read: so many policies have been tried, and this one is next.
    case reading(policy: Policy, index: Int, of: Int)
    /// The prompt passes through the model.
    case prefill(PrefillProgress)
    /// The prompt passes through the model once more, for the policies that ask for it.
    case pass(PrefillProgress)
    /// The prompt passes through another model, which is to draft pseudo tokens.
    case draft(PrefillProgress)
    /// Pseudo tokens and the full cache's answer are decoded together.
    case lookahead(step: Int)
    /// A policy that looks at every row of the prompt's attention scores it, head by head.
    case scoring(policy: Policy, head: Int, of: Int)
    /// A question that comes after the eviction is fed to the caches that are to answer it.
    case question(step: Int)
    /// Every policy's answer is decoded, all in one pass per token.
    case decode(step: Int)
    /// Policies whose answers are others than the full cache's follow its answer, to be compared token by
    /// token.
    case follow(step: Int)
    /// The figures of every head are computed.
    case measure
    /// Everything is there.
    case done
    /// Stopped by the user; what was computed stays.
    case cancelled
    /// Something went wrong; the sentence says what.
    case failed(String)
  }

  /// The model's name.
  public let modelName: String
  /// The text and its tokens.
  @CopyOnWrite public private(set) var prompt: Prompt
  /// What was asked for.
  @CopyOnWrite public private(set) var settings: ExplorationSettings
  /// The sentence of each token id, for drawing.
  public let vocabulary: Vocabulary
  /// Whether there is a model to run; a trace is run without one.
  public let hasModel: Bool
  /// What is being computed.
  public internal(set) var stage: Stage = .opening
  /// Whether the answers are those of a file, and what they came from is still to be computed again.
  public internal(set) var isRemembered = false
  /// The prefill, the model's own or a trace's; `nil` until it is there.
  @CopyOnWrite public internal(set) var recording: Recording?
  /// The gate's logits, if a policy asks for them and the model has a gate; as many layers as have been run.
  public internal(set) var gateScores: GateScores?
  /// The full cache's answer.
  @CopyOnWrite public internal(set) var full: PolicyResult?
  /// The queries of the full cache's answer, a row per token fed.
  public internal(set) var decodeQueries: QueryRows?
  /// The queries of a question that came after the eviction, on the full cache; a row per token.
  public internal(set) var questionQueries: QueryRows?
  /// The decode queries' attention mass per layer, query head and prompt token.
  public internal(set) var decodeMass: HeadTable?
  /// What passes beside the prefill have measured.
  public internal(set) var passes: [ContextPass: ReplayedAttention] = [:]
  /// One per policy, in the settings' order, as they become available; none for those that are unavailable.
  public internal(set) var results: [PolicyResult] = []
  /// The policies that have no result, each with the reason.
  public internal(set) var unavailable: [Unavailable] = []
  /// The policies that have no result yet, because their choice takes long and nobody has looked at them.
  public internal(set) var waiting: [Policy] = []
  /// What is being computed for policies that have waited, while all else is there; `nil` while nothing is.
  public internal(set) var waitingStage: Stage?
  /// What each policy has answered before, where only the text is known, as in an evaluation's results; the
  /// full cache is among them.
  public private(set) var earlierAnswers: [Policy: String] = [:]
  /// What was made of the other questions that are put to the same caches after the eviction, in the order in
  /// which they were answered.
  public internal(set) var answered: [AnsweredQuestion] = []
  /// Figures of every layer and head; `nil` until they are computed.
  @CopyOnWrite public internal(set) var figures: HeadFigures?
  /// How far the prefill had come after each of its chunks; a layer's chunks follow each other.
  public internal(set) var prefillReports: [PrefillProgress] = []
  /// The full cache's logits per step, `[step][vocabulary]`, once its answer is complete: what later policies
  /// are compared with.
  var referenceLogits: [[Float]] = []
  /// Seconds that each finished stage took.
  public internal(set) var seconds = StageTimes()

  /// Makes a run of which only the text is known.
  public init(
    modelName: String, prompt: Prompt, settings: ExplorationSettings, vocabulary: Vocabulary,
    hasModel: Bool = true
  ) {
    self.modelName = modelName
    self.hasModel = hasModel
    self.prompt = prompt
    self.settings = settings
    self.vocabulary = vocabulary
  }

  /// A run of which nobody sees the text.
  init(_ request: RunRequest, hasModel: Bool) {
    self.init(
      modelName: "", prompt: request.prompt,
      settings: ExplorationSettings(
        granularity: request.granularity, policies: request.policies, answerLimit: request.answerLimit,
        recording: request.recording), vocabulary: Vocabulary(bytes: [:]), hasModel: hasModel)
  }

  /// Why some policies have no result.
  public var unavailableReasons: [Policy: String] {
    Dictionary(unavailable.map { ($0.policy, $0.reason) }) { first, _ in first }
  }

  /// Whether nothing more will come.
  public var isFinished: Bool {
    switch stage {
    case .done, .cancelled, .failed: true
    default: false
    }
  }

  /// Tokens per second of each of the prefill's chunks; a chunk passes one layer, which is that share of its
  /// tokens.
  public var prefillRates: [Double] {
    var (tokens, seconds) = (0, 0.0)
    return prefillReports.map { report in
      defer { (tokens, seconds) = (report.tokensDone, report.seconds) }
      return Double(report.tokensDone - tokens) / max(1e-9, report.seconds - seconds)
    }
  }

  /// A run of the same prompt, or of another one under the same model, from its beginning.
  public func anew(_ settings: ExplorationSettings, prompt: Prompt? = nil) -> Run {
    let run = Run(
      modelName: modelName, prompt: prompt ?? self.prompt, settings: settings, vocabulary: vocabulary,
      hasModel: hasModel)
    let isSame = settings == self.settings && run.prompt.asksTheSame(as: self.prompt)
    return isSame ? run.remembering(earlierAnswers) : run
  }

  /// This run with the texts of answers that were given before, which are seen until there are others.
  public func remembering(_ answers: [Policy: String]) -> Run {
    var copy = self
    copy.earlierAnswers = answers
    return copy
  }

  /// This run with another stage: what is known stays on the screen while it is run again.
  public func at(_ stage: Stage) -> Run {
    var copy = self
    (copy.stage, copy.waitingStage) = (stage, nil)
    return copy
  }

  /// This run of another question, with all that an earlier one knows of the same text: what was kept. What
  /// was about the former question is gone.
  public func keeping(_ earlier: Run) -> Run {
    var copy = self
    copy.recording = earlier.recording
    copy.results = earlier.results.map(\.unasked)
    (copy.unavailable, copy.passes) = (earlier.unavailable, earlier.passes)
    (copy.prefillReports, copy.gateScores) = (earlier.prefillReports, earlier.gateScores)
    return copy
  }

  /// Puts the results in the order of the settings' list, whichever came first; budgets of a policy stay in
  /// theirs.
  mutating func sortResults() {
    let order = settings.policies
    results.sort { order.firstIndex(of: $0.policy) ?? 0 < order.firstIndex(of: $1.policy) ?? 0 }
  }

  /// A policy's result by its place in the settings' list.
  public func result(_ index: Int) -> PolicyResult? {
    guard settings.policies.indices.contains(index) else { return nil }
    return results.first { $0.policy == settings.policies[index] }
  }

  /// The full cache's answer with its queries; `nil` until it is there, and for a trace without them.
  /// - Parameter limit: tokens that the answer may have at most.
  func answerRows(_ limit: Int) -> (tokens: Continuation, queries: QueryRows, limit: Int)? {
    guard let full, let decodeQueries else { return nil }
    return (full.answer, decodeQueries, limit)
  }

  /// What passes beside an earlier run's prefill have measured: it hangs on the prompt alone.
  func passes(knownBy earlier: Run) -> [ContextPass: ReplayedAttention] {
    earlier.prompt.hash == prompt.hash && earlier.prompt.repetition == prompt.repetition
      ? earlier.passes : [:]
  }

  /// All that is known so far and that a policy may look at.
  /// - Parameters:
  ///   - lookahead: the queries of the policy's own pseudo tokens.
  ///   - output: the model's output projection, which a run does not hold.
  func evidence(
    _ recording: Recording, lookahead: QueryRows? = nil, output: OutputProjection? = nil
  ) -> Evidence {
    Evidence(
      recording: recording, lookahead: lookahead, decode: decodeQueries, output: output,
      questionTokenCount: prompt.questionTokenCount, question: prompt.question, passes: passes,
      gate: gateScores)
  }
}

/// Seconds that the stages of a run took.
public struct StageTimes: Sendable, Hashable {
  /// Opening the model's weights.
  public internal(set) var opening = 0.0
  /// The prompt's pass through the model.
  public internal(set) var prefill = 0.0
  /// Cheap caches, pseudo tokens and the full cache's answer.
  public internal(set) var lookahead = 0.0
  /// Further passes of the prompt, where policies ask for them.
  public internal(set) var passes = 0.0
  /// Scoring and selection under every policy.
  public internal(set) var eviction = 0.0
  /// Every policy's answer.
  public internal(set) var decode = 0.0

  /// All of them.
  public var total: Double { opening + prefill + lookahead + passes + eviction + decode }

  /// Adds what another question on the same caches has taken.
  mutating func add(_ other: StageTimes) {
    for part in [\StageTimes.lookahead, \.passes, \.eviction, \.decode] {
      self[keyPath: part] += other[keyPath: part]
    }
  }

  /// What the seconds of a stage count for; those of figures count for nothing, but in a trace, which has
  /// nothing else.
  static func time(of stage: RunStage, hasModel: Bool) -> WritableKeyPath<StageTimes, Double>? {
    switch stage {
    case .prefill: hasModel ? \.prefill : nil
    case .lookahead: \.lookahead
    case .passes: \.passes
    case .agreement, .eviction: \.eviction
    case .answers, .comparison: \.decode
    case .figures: hasModel ? nil : \.eviction
    }
  }
}
