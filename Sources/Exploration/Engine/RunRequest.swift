import Eviction
import Transformer

/// What is wanted of one prompt: which policies at which budgets, and which parts of a run.
public struct RunRequest: Sendable {
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
  /// What is computed beside what the policies keep.
  public var parts: RunParts
  /// The policies that somebody looks at, what comes first first; `nil`: nobody waits for the others, and all
  /// are computed.
  var watched: [Policy]?
  /// The policies that wait until somebody looks at them.
  var waiting: Set<Policy> = []

  /// Makes a request.
  public init(
    prompt: Prompt, policies: [Policy], budgets: [Budget], granularity: Granularity = .kvHead,
    answerLimit: Int = 64,
    recording: RecordingScope = .all, endTokens: Set<Int> = [], needsAnswer: Bool = false,
    parts: RunParts = .answers
  ) {
    self.prompt = prompt
    self.policies = policies
    self.budgets = budgets
    self.granularity = granularity
    self.answerLimit = answerLimit
    self.recording = recording
    self.endTokens = endTokens
    self.needsAnswer = needsAnswer
    self.parts = parts
  }

  /// Asks for all that a screen shows of a prompt.
  init(_ prompt: Prompt, _ settings: ExplorationSettings) {
    self.init(
      prompt: prompt, policies: settings.policies, budgets: [settings.wantedBudget],
      granularity: settings.granularity,
      answerLimit: settings.answerLimit, recording: settings.recording, parts: .everything)
  }

  /// The policies that are computed now, those that are looked at first.
  var present: [Policy] {
    let present = policies.filter { !waiting.contains($0) }
    guard let watched else { return present }
    return watched.filter(present.contains) + present.filter { !watched.contains($0) }
  }

  /// Whether somebody looks at a policy.
  func isWatched(_ policy: Policy) -> Bool { watched?.contains(policy) ?? true }

  /// The first of the prompt's queries that is recorded.
  var firstQueryPosition: Int {
    recording.recordedQueries(for: policies.map(observedTokens)).map { max(0, prompt.tokens.count - $0) } ?? 0
  }

  /// How many of the prompt's newest queries a policy looks at under any of the budgets; `nil`: all of them.
  func observedTokens(_ policy: Policy) -> Int? {
    let counts = budgets.map { policy.observedTokens(for: facts($0)) }
    return counts.contains(nil) ? nil : counts.compactMap(\.self).max()
  }

  /// What windows hang on under a budget; memory may hold as many tokens as there are.
  func facts(_ budget: Budget) -> PromptFacts {
    let count = prompt.tokens.count
    let tokens =
      switch budget {
      case .tokens(let tokens): tokens
      case .share(let share): TokenBudget(share, tokenCount: count).tokens
      case .bytes: count
      }
    return prompt.facts(budget: tokens)
  }

  /// Whether a policy asks for a gate's scores.
  var wantsGate: Bool { policies.contains { $0.needs.contains(.gate) } }

  /// Whether anything hangs on what the full cache answers.
  var wantsFullAnswer: Bool { !parts.isEmpty || policies.contains { $0.needs.contains(.decode) } }
}

/// What a run computes beside what the policies keep.
public struct RunParts: OptionSet, Sendable, Hashable {
  /// A bit per part.
  public let rawValue: Int

  /// Makes a set of bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The full cache's answer, and every policy's.
  public static let answers = RunParts(rawValue: 1)
  /// How far every policy's next tokens are from the full cache's, at each token of its answer.
  public static let comparison = RunParts(rawValue: 2)
  /// How much of the attention of the full cache's decode queries falls on kept tokens.
  public static let agreement = RunParts(rawValue: 4)
  /// The figures of every head.
  public static let figures = RunParts(rawValue: 8)
  /// The scores behind what is kept.
  public static let scores = RunParts(rawValue: 16)
  /// All that a screen shows.
  public static let everything: RunParts = [.answers, .comparison, .agreement, .figures, .scores]
}
