import Eviction
import Transformer

/// What an earlier run of the same recording spares a new one: greedy decoding on an equal cache gives
/// equal tokens, so only what differs is computed anew.
struct RunReuse {
  /// The full cache's complete answer, and what follows from it.
  struct Full {
    let lane: PolicyResult
    let queries: QueryRows
    let questionQueries: QueryRows?
    let logits: [[Float]]
    let mass: HeadTable?
    let figures: HeadFigures?

    /// `nil` for a run whose full cache has not answered.
    init?(_ run: Run) {
      guard let lane = run.full, let queries = run.decodeQueries,
        !run.referenceLogits.isEmpty || !run.hasModel
      else { return nil }
      (self.lane, self.queries, questionQueries) = (lane, queries, run.questionQueries)
      (logits, mass, figures) = (run.referenceLogits, run.decodeMass, run.figures)
    }
  }

  let full: Full?
  /// What the lanes were chosen by; of another question's, what does not hang on the answer.
  private(set) var scores: [(scores: EarlierScores, seconds: Double)] = []
  private let lanes: [PolicyResult]
  /// Whether the same heads share a kept set, so that a policy keeps the same at the same budget.
  private let hasSameGranularity: Bool
  private let answerLimit: Int
  /// The full cache's answer beside which remembered answers were given; `nil` for those of a run.
  private let rememberedTokens: [Int]?

  /// Nothing to reuse.
  init() { (full, lanes, hasSameGranularity, answerLimit, rememberedTokens) = (nil, [], false, 0, nil) }

  /// The answers that a file has kept, and nothing else: they are taken where the same tokens are kept again.
  init(remembered run: Run) {
    (full, lanes, hasSameGranularity) = (nil, run.results, false)
    (answerLimit, rememberedTokens) = (run.settings.answerLimit, run.full?.answer.tokens ?? [])
  }

  /// - Parameter earlier: a run of the recording that `run` uses again.
  init(_ earlier: Run?, for run: Run) {
    answerLimit = run.settings.answerLimit
    rememberedTokens = nil
    hasSameGranularity = earlier?.settings.granularity == run.settings.granularity
    let isSameAnswer =
      earlier?.prompt.laterQuestion == run.prompt.laterQuestion
      && earlier?.settings.answerLimit == answerLimit
    scores =
      earlier?.scores { isSameAnswer || !$0.needs.contains(.decode) } ?? []
    guard let earlier, earlier.prompt.laterQuestion == run.prompt.laterQuestion else {
      let known = earlier.flatMap { earlier in
        Self.answered(earlier, for: run).first { $0.tokens == run.prompt.laterQuestion }
      }
      full = known?.rest
      // What was kept does not know the question; all else is about it.
      lanes =
        known?.results
        ?? earlier?.results.filter { !$0.policy.needs.contains(.decode) }.map(\.unasked) ?? []
      return
    }
    full = earlier.settings.answerLimit == answerLimit ? Full(earlier) : nil
    lanes = full == nil ? [] : earlier.results
  }

  /// What a file remembers of some policies, if the full cache says what it said then.
  func remembered(_ policies: [Policy], beside full: Continuation?) -> [PolicyResult] {
    guard rememberedTokens != nil, rememberedTokens == full?.tokens else { return [] }
    return lanes.filter { policies.contains($0.policy) && $0.isRemembered }
  }

  /// The questions that an earlier run, or one before it, has answered on the caches that a run is to have.
  static func answered(_ earlier: Run, for run: Run) -> [AnsweredQuestion] {
    guard earlier.settings == run.settings, earlier.prompt.laterQuestion != nil,
      run.prompt.laterQuestion != nil
    else { return [] }
    let own = earlier.stage == .done ? AnsweredQuestion(earlier) : nil
    return earlier.answered.filter { $0.tokens != own?.tokens } + (own.map { [$0] } ?? [])
  }

  /// A lookahead of the same settings on an equal cheap cache, or the beginning of a longer one; one of the
  /// answer itself is never made.
  func lookahead(_ settings: LookaheadSettings, cheap: KeptTokens) -> Lookahead? {
    guard settings.source != .truth else { return nil }
    let known = lanes.lazy.compactMap(\.lookahead).filter {
      $0.cheap == cheap && $0.pseudo.isComplete(limit: settings.tokenCount)
    }
    return known.first { $0.settings == settings }
      ?? known.first { settings.isBeginning(of: $0.settings) }?.beginning(settings)
  }

  /// A policy's lane with all it has, if nothing that it depends on has changed.
  func lane(_ policy: Policy, budget: TokenBudget, lookahead: Lookahead?) -> PolicyResult? {
    guard hasSameGranularity,
      let lane = lanes.first(where: {
        $0.policy == policy && $0.tokenBudget == budget && !$0.isRemembered
      }),
      lane.agreement != nil || full == nil
    else { return nil }
    guard let lookahead else { return lane.lookahead == nil ? lane : nil }
    return lane.lookahead?.pseudo.tokens == lookahead.pseudo.tokens
      && lane.lookahead?.cheap == lookahead.cheap
      ? lane : nil
  }

  /// The figures of the heads, if every lookahead that they look at is the same.
  func figures(for wanted: [PolicyResult]) -> HeadFigures? {
    let isSame = wanted.allSatisfy { lane in
      guard let lookahead = lane.lookahead else { return true }
      let other = lanes.first { $0.policy.unedited == lane.policy.unedited }?.lookahead
      return other?.pseudo.tokens == lookahead.pseudo.tokens && other?.cheap == lookahead.cheap
    }
    return isSame ? full?.figures : nil
  }

  /// The answers of any lane that decoded on an equal cache; what that cache does while it grows must be
  /// equal, too. Answers of a file are taken where the full cache says what it said then.
  /// - Parameter full: the full cache's answer, as it is now.
  func answers(of lane: PolicyResult, beside full: Continuation?) -> (
    answer: Continuation, followed: Continuation?
  ) {
    if let rememberedTokens, rememberedTokens != full?.tokens { return (Continuation(), nil) }
    let same = lanes.first { $0.decodes(as: lane) && $0.answer.isComplete(limit: answerLimit) }
    return same.map { ($0.answer, $0.followed) } ?? (Continuation(), nil)
  }
}
