import Eviction
import Transformer

/// What answers are wanted of one prompt: every policy's at every budget, and the full cache's.
public struct AnswerRequest: Sendable {
  /// The prompt.
  public var prompt: Prompt
  /// The policies beside the full cache.
  public var policies: [Policy]
  /// The budgets that each of them has.
  public var budgets: [Budget]
  /// The heads that share one kept set.
  public var granularity: Granularity
  /// Tokens of an answer at most.
  public var answerLimit: Int
  /// Which of the prompt's queries are recorded.
  public var recording: RecordingScope
  /// Tokens that end an answer besides the model's own.
  public var endTokens: Set<Int>
  /// Whether an answer has at least one token: what would end it at once is passed over.
  public var needsAnswer: Bool

  /// Makes a request.
  public init(
    prompt: Prompt, policies: [Policy], budgets: [Budget], granularity: Granularity = .kvHead, answerLimit: Int = 64,
    recording: RecordingScope = .all, endTokens: Set<Int> = [], needsAnswer: Bool = false
  ) {
    self.prompt = prompt
    self.policies = policies
    self.budgets = budgets
    self.granularity = granularity
    self.answerLimit = answerLimit
    self.recording = recording
    self.endTokens = endTokens
    self.needsAnswer = needsAnswer
  }
}

/// What one policy answered at one budget.
public struct PolicyAnswer: Sendable {
  /// The policy.
  public let policy: Policy
  /// The budget that was asked for; `nil` for the full cache.
  public let budget: Budget?
  /// Prompt tokens that the heads kept, on average; 0 where there is an obstacle.
  public let keptTokens: Double
  /// The answer's tokens, without what ended it.
  public let tokens: [Int]
  /// Whether an end token ended it, rather than the limit.
  public let hasEnded: Bool
  /// Why there is no answer.
  public let obstacle: String?
}
