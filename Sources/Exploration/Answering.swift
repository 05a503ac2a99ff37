import Eviction
import Transformer

/// The way from a prompt to many answers: prefill, lookaheads beside the full cache's answer, eviction, decoding.
struct Answering {
  /// A policy at a budget.
  struct Course {
    let policy: Policy
    let budget: Budget
    let tokens: TokenBudget
    /// The queries of the policy's pseudo tokens.
    var lookahead: QueryRows?
    /// What the policy keeps, unless there is an obstacle.
    var kept: KeptTokens?
    var obstacle: String?
    fileprivate var scores: ScoreTable?
    fileprivate var lane: GreedyDecoding.Lane?
  }

  /// What every policy keeps, before anything is decoded on it.
  struct Choice {
    /// One per policy and budget, budgets of a policy together.
    var courses: [Course]
    /// The full cache's answer, with its queries: the truth.
    let full: GreedyDecoding.Lane
  }

  private let request: AnswerRequest
  private let decoder: Decoder
  let recording: Recording
  private let gateScores: GateScores?
  private let greedy: GreedyDecoding

  /// Runs the prefill.
  init(_ request: AnswerRequest, decoder: Decoder, gate: Gate?, endTokens: Set<Int>) throws {
    self.request = request
    self.decoder = decoder
    let tokens = request.prompt.tokens.map(\.id)
    let pass = gate.map { GatePass($0, tokenCount: tokens.count) }
    let firstQuery = request.recording.recordedQueries(for: request.policies).map { max(0, tokens.count - $0) } ?? 0
    recording = try decoder.prefill(tokens, firstQueryPosition: firstQuery, onLayerInput: { _, states in pass?.advance(states) })
    gateScores = pass?.scores
    greedy = GreedyDecoding(decoder: decoder, recording: recording, endTokens: endTokens)
  }

  /// Runs the lookaheads beside the full cache's answer, then has every policy choose at every budget.
  func choose() throws -> Choice {
    var courses = try request.policies.flatMap { policy in
      try request.budgets.map { budget in
        Course(
          policy: policy, budget: budget,
          tokens: try budget.resolved(
            shape: recording.shape, granularity: request.granularity, tokenCount: recording.tokenCount))
      }
    }
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
  private func passes() throws -> [ContextPass: ReplayedAttention] {
    let tokens = request.prompt.tokens.map(\.id)
    var passes: [ContextPass: ReplayedAttention] = [:]
    for case let pass? in request.policies.map(\.pass) where passes[pass] == nil {
      passes[pass] = try decoder.replay(
        pass.replays(of: tokens, request.prompt.repetition), over: recording, onProgress: { _ in })
    }
    return passes
  }

  private func evidence(
    lookahead: QueryRows? = nil, decode: QueryRows? = nil, passes: [ContextPass: ReplayedAttention]
  ) -> Evidence {
    Evidence(
      recording: recording, lookahead: lookahead, decode: decode, output: decoder.outputProjection,
      questionTokenCount: request.prompt.questionTokenCount, passes: passes, gate: gateScores)
  }

  /// Decodes the full cache's answer and every lookahead in one pass per token; policies with equal lookahead settings share
  /// one at each budget.
  /// - Returns: the full cache's lane.
  private func lookAhead(
    _ courses: inout [Course], passes: [ContextPass: ReplayedAttention]
  ) throws -> GreedyDecoding.Lane {
    struct Wanted: Hashable {
      let settings: LookaheadSettings
      let budget: TokenBudget
    }
    // A cheap cache that cannot be chosen is an obstacle of its policies, said when it is their turn.
    let wanted = courses.compactMap { course in
      course.policy.lookahead.flatMap { settings in
        recording.covers(settings.cheap) ? Wanted(settings: settings, budget: course.tokens) : nil
      }
    }.reduce(into: [Wanted]()) { known, one in if !known.contains(one) { known.append(one) } }
    let everything = KeptTokens.all(shape: recording.shape, tokenCount: recording.tokenCount)
    var lanes = [GreedyDecoding.Lane(recording, kept: everything, limit: request.answerLimit)]
    lanes[0].needsAnswer = request.needsAnswer
    lanes += try wanted.map { one in
      let cheap = try one.settings.cheap.evict(
        evidence(passes: passes), budget: one.budget, granularity: request.granularity
      ).kept
      return GreedyDecoding.Lane(recording, kept: cheap, limit: one.settings.tokenCount, feedsFirst: true)
    }
    try greedy.run(&lanes, reference: []) { _, _ in }
    let queries = Dictionary(uniqueKeysWithValues: zip(wanted, lanes.dropFirst().map(\.queries)))
    for index in courses.indices {
      guard let settings = courses[index].policy.lookahead else { continue }
      courses[index].lookahead = queries[Wanted(settings: settings, budget: courses[index].tokens)]
    }
    return lanes[0]
  }

  /// Chooses what a course keeps.
  private func evict(
    _ course: inout Course, passes: [ContextPass: ReplayedAttention], decode: QueryRows
  ) throws {
    do {
      let (kept, scores) = try course.policy.evict(
        evidence(lookahead: course.lookahead, decode: decode, passes: passes), budget: course.tokens,
        granularity: request.granularity)
      course.kept = kept
      // Only a cache that is reduced while it grows goes on from the scores.
      course.scores = course.policy.decoding == nil ? nil : scores
    } catch let error as EvidenceError {
      course.obstacle = String(describing: error)
    }
  }

  /// Makes the cache that a course decodes on.
  private func open(_ course: inout Course) {
    guard let kept = course.kept else { return }
    var lane = GreedyDecoding.Lane(
      course.policy, keeping: kept, scores: course.scores, decoder: decoder, recording: recording,
      limit: request.answerLimit)
    // Only a cache that is reduced while it grows looks back at queries.
    lane.keepsQueries = lane.reduction != nil
    lane.needsAnswer = request.needsAnswer
    course.lane = lane
  }
}
