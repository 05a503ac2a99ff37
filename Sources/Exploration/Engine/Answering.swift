import Eviction
import Transformer

/// The way from a prompt to many answers: prefill, lookaheads beside the full cache's answer, eviction, decoding.
struct Answering {
  /// A policy at a budget.
  struct Course {
    let policy: Policy
    let budget: Budget
    /// What the budget is of this prompt; `nil` where it holds no token, which is an obstacle.
    fileprivate(set) var tokens: TokenBudget?
    /// The queries of the policy's pseudo tokens.
    var lookahead: QueryRows?
    /// What the policy keeps, unless there is an obstacle.
    var kept: KeptTokens?
    var obstacle: String?
    fileprivate var scores: ScoreTable?
    var lane: GreedyDecoding.Lane?

    /// Its lookahead, if the policy has one.
    var stage: Stage? {
      guard let settings = policy.lookahead, let tokens else { return nil }
      return Stage(settings: settings, budget: tokens)
    }
  }

  /// A lookahead at a budget, which policies with equal settings share.
  struct Stage: Hashable {
    let settings: LookaheadSettings
    let budget: TokenBudget
  }

  /// What every policy keeps, before anything is decoded on it.
  struct Choice {
    /// One per policy and budget, budgets of a policy together.
    var courses: [Course]
    /// The full cache's answer, with its queries: the truth.
    let full: GreedyDecoding.Lane
  }

  private(set) var request: AnswerRequest
  let decoder: Decoder
  let recording: Recording
  /// Seconds that the prefill took, a gate's pass along with it included.
  let prefillSeconds: Double
  private let gateScores: GateScores?
  let greedy: GreedyDecoding

  /// Runs the prefill.
  init(_ request: AnswerRequest, decoder: Decoder, gate: Gate?, endTokens: Set<Int>) throws {
    self.request = request
    self.decoder = decoder
    let tokens = request.prompt.tokens.map(\.id)
    let pass = gate.map { GatePass($0, tokenCount: tokens.count) }
    let firstQuery = request.recording.recordedQueries(for: request.policies).map { max(0, tokens.count - $0) } ?? 0
    (prefillSeconds, recording) = try Stopwatch.seconds {
      try decoder.prefill(tokens, firstQueryPosition: firstQuery, onLayerInput: { _, states in pass?.advance(states) })
    }
    gateScores = pass?.scores
    greedy = GreedyDecoding(decoder: decoder, recording: recording, endTokens: endTokens)
  }

  /// The same prefill, for one policy at one budget.
  func narrowed(to policy: Policy, budget: Budget) -> Answering {
    var narrowed = self
    (narrowed.request.policies, narrowed.request.budgets) = ([policy], [budget])
    return narrowed
  }

  /// Every policy at every budget, with nothing done yet.
  func courses() -> [Course] {
    request.policies.flatMap { policy in
      request.budgets.map { budget in
        var course = Course(policy: policy, budget: budget, tokens: nil)
        do {
          course.tokens = try budget.resolved(
            shape: recording.shape, granularity: request.granularity, tokenCount: recording.tokenCount)
        } catch {
          course.obstacle = String(describing: error)
        }
        return course
      }
    }
  }

  /// Runs the lookaheads beside the full cache's answer, then has every policy choose at every budget.
  func choose() throws -> Choice {
    var courses = courses()
    let passes = try passes()
    let full = try lookAhead(&courses, passes: passes)
    for index in courses.indices {
      try Task.checkCancellation()
      try evict(&courses[index], passes: passes, decode: full.queries)
    }
    return Choice(courses: courses, full: full)
  }

  func answers() throws -> [PolicyAnswer] {
    var choice = try choose()
    for index in choice.courses.indices { open(&choice.courses[index]) }
    let open = choice.courses.indices.filter { choice.courses[$0].lane != nil }
    var lanes = open.compactMap { choice.courses[$0].lane }
    try greedy.run(&lanes, reference: []) { _, _ in }
    for (index, lane) in zip(open, lanes) { choice.courses[index].lane = lane }
    let everything = Policy("full").map {
      answer($0, nil, choice.full, keptTokens: Double(recording.tokenCount), obstacle: nil)
    }
    return (everything.map { [$0] } ?? []) + choice.courses.map {
      answer($0.policy, $0.budget, $0.lane, keptTokens: $0.kept?.meanCount ?? 0, obstacle: $0.obstacle)
    }
  }

  private func answer(
    _ policy: Policy, _ budget: Budget?, _ lane: GreedyDecoding.Lane?, keptTokens: Double, obstacle: String?
  ) -> PolicyAnswer {
    PolicyAnswer(
      policy: policy, budget: budget, keptTokens: keptTokens, tokens: lane?.continuation.tokens ?? [],
      hasEnded: lane?.continuation.hasEnded ?? false, obstacle: obstacle)
  }

  /// What the policies' passes over the prompt measure; policies with the same one share it.
  func passes() throws -> [ContextPass: ReplayedAttention] {
    let tokens = request.prompt.tokens.map(\.id)
    var passes: [ContextPass: ReplayedAttention] = [:]
    for case let pass? in request.policies.map(\.pass) where passes[pass] == nil {
      passes[pass] = try decoder.replay(
        pass.replays(of: tokens, request.prompt.repetition), over: recording, onProgress: { _ in })
    }
    return passes
  }

  func evidence(
    lookahead: QueryRows? = nil, decode: QueryRows? = nil, passes: [ContextPass: ReplayedAttention]
  ) -> Evidence {
    Evidence(
      recording: recording, lookahead: lookahead, decode: decode, output: decoder.outputProjection,
      questionTokenCount: request.prompt.questionTokenCount, passes: passes, gate: gateScores)
  }

  /// The cheap caches on which pseudo tokens are decoded; one that cannot be chosen is an obstacle of its policies, said when
  /// it is their turn.
  func cheapLanes(
    _ courses: [Course], passes: [ContextPass: ReplayedAttention]
  ) throws -> [(stage: Stage, lane: GreedyDecoding.Lane)] {
    var stages: [Stage] = []
    for case let stage? in courses.map(\.stage) where recording.covers(stage.settings.cheap) && !stages.contains(stage) {
      stages.append(stage)
    }
    return try stages.map { stage in
      let cheap = try stage.settings.cheap.evict(
        evidence(passes: passes), budget: stage.budget, granularity: request.granularity
      ).kept
      return (stage, GreedyDecoding.Lane(recording, kept: cheap, limit: stage.settings.tokenCount, feedsFirst: true))
    }
  }

  /// Decodes the full cache's answer and every lookahead in one pass per token; policies with equal lookahead settings share
  /// one at each budget.
  /// - Returns: the full cache's lane.
  private func lookAhead(
    _ courses: inout [Course], passes: [ContextPass: ReplayedAttention]
  ) throws -> GreedyDecoding.Lane {
    let everything = KeptTokens.all(shape: recording.shape, tokenCount: recording.tokenCount)
    var lanes = [GreedyDecoding.Lane(recording, kept: everything, limit: request.answerLimit)]
    lanes[0].needsAnswer = request.needsAnswer
    let cheap = try cheapLanes(courses, passes: passes)
    lanes += cheap.map(\.lane)
    try greedy.run(&lanes, reference: []) { _, _ in }
    let queries = Dictionary(uniqueKeysWithValues: zip(cheap.map(\.stage), lanes.dropFirst().map(\.queries)))
    for index in courses.indices {
      courses[index].lookahead = courses[index].stage.flatMap { queries[$0] }
    }
    return lanes[0]
  }

  /// Chooses what a course keeps; nothing where there is an obstacle already.
  func evict(
    _ course: inout Course, passes: [ContextPass: ReplayedAttention], decode: QueryRows
  ) throws {
    guard let tokens = course.tokens else { return }
    do {
      let (kept, scores) = try course.policy.evict(
        evidence(lookahead: course.lookahead, decode: decode, passes: passes), budget: tokens,
        granularity: request.granularity)
      course.kept = kept
      // Only a cache that is reduced while it grows goes on from the scores.
      course.scores = course.policy.decoding == nil ? nil : scores
    } catch let error as EvidenceError {
      course.obstacle = String(describing: error)
    }
  }

  /// Makes the cache that a course decodes on.
  /// - Parameter script: the tokens that are fed whatever the policy would choose; `nil`: its own choices.
  func open(_ course: inout Course, script: [Int]? = nil) {
    guard let kept = course.kept else { return }
    var lane = GreedyDecoding.Lane(
      course.policy, keeping: kept, scores: course.scores, decoder: decoder, recording: recording,
      limit: request.answerLimit, script: script)
    // Only a cache that is reduced while it grows looks back at queries.
    lane.keepsQueries = lane.reduction != nil
    lane.needsAnswer = request.needsAnswer
    course.lane = lane
  }
}
