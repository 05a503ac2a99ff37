import Transformer

/// What a scorer may look at: the recorded prefill, and queries from beyond the prompt.
public struct Evidence: Sendable {
  /// Queries, keys and values of the prompt.
  public let recording: Recording
  /// LAQ's Q-cache: the queries of the pseudo tokens, wherever they came from.
  public let lookahead: QueryRows?
  /// The queries of the tokens that the full cache decodes, which only the oracle may see.
  public let decode: QueryRows?
  /// What values pass through on their way to the residual stream; a recorded trace may lack it.
  public let output: OutputProjection?
  /// How many tokens at the prompt's end are a question and what stands behind it; `nil` where it ends with
  /// none.
  public let questionTokenCount: Int?
  /// The question's own tokens among them; `nil` where that is not known.
  public let question: QuestionTokens?
  /// What passes beside the prefill have measured; a recorded trace lacks them.
  public let passes: [ContextPass: ReplayedAttention]
  /// The logits of a trained gate, where the model has one and a policy asks for it.
  public let gate: GateScores?

  /// Gathers the evidence.
  public init(
    recording: Recording, lookahead: QueryRows? = nil, decode: QueryRows? = nil,
    output: OutputProjection? = nil,
    questionTokenCount: Int? = nil, question: QuestionTokens? = nil,
    passes: [ContextPass: ReplayedAttention] = [:], gate: GateScores? = nil
  ) {
    self.recording = recording
    self.lookahead = lookahead
    self.decode = decode
    self.output = output
    self.questionTokenCount = questionTokenCount
    self.question = question
    self.passes = passes
    self.gate = gate
  }

  /// What a pass has measured.
  /// - Throws: `EvidenceError.noPass`.
  func replayed(_ pass: ContextPass, for policy: String) throws -> ReplayedAttention {
    guard let found = passes[pass] else { throw EvidenceError.noPass(policy: policy) }
    return found
  }

  /// The evidence of a text that consists of some of the tokens only (`Recording.gathering`). Rows from
  /// beyond the prompt stay: they see all of it. What passes have measured stays, too: they are not run anew
  /// over a part.
  func gathering(_ positions: [[[Int]]]) -> Evidence {
    Evidence(
      recording: recording.gathering(positions), lookahead: lookahead, decode: decode, output: output,
      questionTokenCount: questionTokenCount, question: question,
      passes: passes.mapValues { $0.gathering(positions) }, gate: gate?.gathering(positions))
  }

  /// What windows hang on, at a budget.
  func facts(budget: Int) -> PromptFacts {
    PromptFacts(budget: budget, questionTokenCount: questionTokenCount, question: question)
  }
}

/// Evidence that a policy cannot do without is missing.
public enum EvidenceError: Error, Equatable, CustomStringConvertible {
  /// The policy scores with lookahead queries, and there are none.
  case noLookahead(policy: String)
  /// The policy scores with queries of pseudo tokens that come from elsewhere, and there are none.
  case noPseudoQueries(policy: String, source: LookaheadSettings.Source)
  /// The oracle scores with true decode queries, and there are none.
  case noDecode(policy: String)
  /// The policy weighs values by the model's output projection, which a recorded trace does not hold.
  case noOutputProjection(policy: String)
  /// The policy looks at values, which a recorded trace need not hold.
  case noValues(policy: String)
  /// The policy looks at vectors before their rotation, which this recording does not tell.
  case noRotation(policy: String)
  /// The policy looks at what the model attends to while it reads the context again, which a recorded trace
  /// does not hold.
  case noPass(policy: String)
  /// The policy asks a trained gate, and the model came without one; a recorded trace never has one.
  case noGate(policy: String)
  /// The policy looks at queries of the prompt that were not recorded.
  case queriesNotRecorded(policy: String, wanted: Int?, recorded: Int)
  /// The policy's window is the question, and the prompt ends with none.
  case noQuestion
  /// The choice that was read from a file is about another model or prompt.
  case anotherPrompt(policy: String, wanted: Int, found: Int)
  /// The budget is divided by a profile of heads that cannot be used.
  case noProfile(HeadProfileError)
  /// A score is no number, or infinite: an order made of it would be a tie, or chance. Places count from 1.
  case notFinite(policy: String, layer: Int, head: Int, position: Int)

  /// What is needed, in words.
  public var description: String {
    switch self {
    case .noLookahead(let policy):
      "\(policy) needs lookahead queries, and none were decoded; run the lookahead first"
    case .noPseudoQueries(let policy, source: .truth):
      """
      \(policy) needs the queries of the full cache's answer, and there are none: the answer ended at once, or a trace was \
      recorded without them; choose another text or question, or run the model itself
      """
    case .noPseudoQueries(let policy, _):
      """
      \(policy) needs queries of pseudo tokens from that source, and there are none, as in a trace that was recorded \
      without them; run the model itself
      """
    case .noDecode(let policy):
      "\(policy) needs the queries of the full cache's answer; decode with the full cache first"
    case .noOutputProjection(let policy):
      "\(policy) needs the model's output projection (o_proj), and this recording has none; run the model itself"
    case .noValues(let policy):
      "\(policy) weighs values, and this trace was recorded without them; record it with values, or run the model itself"
    case .noRotation(let policy):
      """
      \(policy) looks at vectors before their rotary positions, and this recording does not say how they were rotated; \
      run the model itself
      """
    case .noPass(let policy):
      "\(policy) needs a second pass of the model over the prompt, and this recording has none; run the model itself"
    case .noGate(let policy):
      """
      \(policy) needs the logits of a trained gate, and there are none; run a model that has gate.safetensors beside it, \
      or pass --gate FILE (Samples/Model/train_gate.py trains one)
      """
    case .queriesNotRecorded(let policy, let wanted, let recorded):
      """
      \(policy) looks at \(wanted.map { "the last \($0)" } ?? "all") prompt queries, and the last \(recorded) were \
      recorded; --recording all (of a model elsewhere: record_trace.py --queries all) records every query
      """
    case .noQuestion:
      """
      a window of the question's tokens (w=question) needs a question behind the text: give one with --question, without \
      --question-after, or a window in tokens, as w=16; a trace must have been recorded with its question by this version
      """
    case .anotherPrompt(let policy, let wanted, let found):
      "\(policy) was read for another model or for a prompt of \(found) tokens, and this one has \(wanted); read it again"
    case .noProfile(let error): error.description
    case .notFinite(let policy, let layer, let head, let position):
      """
      \(policy)'s score of token \(position) in layer \(layer), head \(head) is no finite number, so it orders nothing; \
      check the model's weights, or run with --precision float32
      """
    }
  }
}
