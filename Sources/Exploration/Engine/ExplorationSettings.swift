import Eviction
import Transformer

/// What a person chooses before and while exploring.
public struct ExplorationSettings: Sendable, Hashable {
  /// Kept tokens per layer and head, windows included; at least 1.
  public var budget: Int {
    didSet { (share, isUsual) = (nil, false) }
  }
  /// Whether nobody asked for a budget, so that it is the usual one of whatever prompt.
  private var isUsual = false
  /// The share of the prompt that was asked for, until the budget is changed; it says what was rounded to
  /// tokens.
  public private(set) var share: Budget.Share?
  /// The heads that share one kept set.
  public var granularity: Granularity
  /// The policies beside the full cache, in the order in which they are listed; each once, and without the
  /// full cache itself, which is always there.
  public var policies: [Policy] {
    didSet { policies = Self.distinct(policies) }
  }
  /// Tokens of an answer at most; it ends earlier at an end-of-text token.
  public var answerLimit: Int

  /// The tokens of an answer that can be asked for.
  public static let answerLimits = 1...4096

  /// The least budget unless one is given: small enough that the samples' answers hang on who chooses.
  public static let defaultBudget = 48

  /// The budget of a prompt unless one is given: 4 % of its tokens, and at least `defaultBudget`. The same
  /// number of a longer prompt would be a harder eviction.
  public static func usualBudget(tokenCount: Int) -> Budget {
    guard let share = try? Budget(parsing: "4%"), case .share(let part) = share,
      TokenBudget(part, tokenCount: tokenCount).tokens > defaultBudget
    else { return .tokens(defaultBudget) }
    return share
  }

  /// Which queries of the prompt are recorded.
  public var recording: RecordingScope

  /// What a right answer has in it, all of these; nothing where it is not known.
  public var expected: [ExpectedAnswer] = []

  /// Makes settings; the policies are those of `standardPolicies` unless given.
  public init(
    budget: Int = defaultBudget, granularity: Granularity = .kvHead, policies: [Policy]? = nil,
    answerLimit: Int = 64, recording: RecordingScope = .all
  ) {
    self.budget = budget
    self.granularity = granularity
    self.policies = Self.distinct(policies ?? Self.standardPolicies)
    self.answerLimit = answerLimit
    self.recording = recording
  }

  /// The policies without repetitions and without the full cache: an export has one entry for each name.
  public static func distinct(_ policies: [Policy]) -> [Policy] {
    var seen: Set<Policy> = []
    return policies.filter { !$0.keepsEverything && seen.insert($0).inserted }
  }

  private mutating func take(_ budget: Budget, shape: ModelShape, tokenCount: Int) throws {
    self.budget = try budget.resolved(shape: shape, granularity: granularity, tokenCount: tokenCount).tokens
    if case .share(let share) = budget { self.share = share }
  }

  /// Takes over a budget for a prompt, or, where nobody asked for one, the usual one of this prompt and of
  /// those that come after it.
  /// - Throws: `BudgetError` when it holds no token.
  public mutating func resolve(_ asked: Budget?, shape: ModelShape, tokenCount: Int) throws {
    try take(asked ?? Self.usualBudget(tokenCount: tokenCount), shape: shape, tokenCount: tokenCount)
    isUsual = asked == nil
  }

  /// Takes the same share of another prompt, where a share was asked for, and its usual budget where no budget
  /// was.
  public mutating func fit(tokenCount: Int) {
    if isUsual {
      switch Self.usualBudget(tokenCount: tokenCount) {
      case .share(let usual):
        budget = TokenBudget(usual, tokenCount: tokenCount).tokens
        share = usual
      case .tokens(let usual): budget = usual
      case .bytes: break
      }
      isUsual = true
      return
    }
    guard let share else { return }
    budget = TokenBudget(share, tokenCount: tokenCount).tokens
    self.share = share
  }

  /// The budget as it was asked for.
  var wantedBudget: Budget { share.map { .share($0) } ?? .tokens(budget) }

  /// The budget for a prompt.
  func tokenBudget(tokenCount: Int) -> TokenBudget {
    share.map { TokenBudget($0, tokenCount: tokenCount) }
      ?? TokenBudget(tokens: budget, tokenCount: tokenCount)
  }

  /// The policies that are shown unless others are named: all of the registry but the full cache,
  /// which is always there.
  public static let standardPolicies: [Policy] = ["laq", "laq++", "snapkv", "h2o", "streaming", "oracle"]
    .compactMap { Policy($0) }
}

/// Which of the prompt's queries a prefill records: most of a recording's memory is queries.
public enum RecordingScope: String, Sendable, Hashable, CaseIterable, Codable {
  /// All of them: every policy and every row can be explored.
  case all
  /// The newest, as many as the policies look at and at least `leastWindow`; those that look at all are left
  /// out.
  case windows

  /// Queries that are recorded even if no policy looks at them, for the heatmap and for other windows.
  public static let leastWindow = 64
}

extension RecordingScope {
  /// How many of a prompt's newest queries are to be recorded for policies that look at so many each; `nil`:
  /// all.
  func recordedQueries(for observed: [Int?]) -> Int? {
    switch self {
    case .all: nil
    case .windows: observed.compactMap(\.self).reduce(Self.leastWindow, max)
    }
  }
}
