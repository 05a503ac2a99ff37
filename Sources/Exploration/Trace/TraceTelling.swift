import Eviction
import Transformer

/// The order of events in a trace's story: what is recorded is there at once; then every policy's kept sets, the quick ones
/// first, the truth and what it says of them, the figures of every head.
struct TraceTelling {
  private(set) var story: Story
  private let trace: TraceFile
  private let onUpdate: @Sendable (Story) -> Void
  private var reuse = StoryReuse()
  private var settings: ExplorationSettings { story.settings }
  private var recording: Recording { trace.recording }
  private var budget: TokenBudget { settings.tokenBudget(tokenCount: recording.tokenCount) }

  init(story: Story, trace: TraceFile, onUpdate: @escaping @Sendable (Story) -> Void) {
    self.story = story
    self.trace = trace
    self.onUpdate = onUpdate
  }

  mutating func update(_ change: (inout Story) -> Void) {
    change(&story)
    onUpdate(story)
  }

  /// Tells the story.
  /// - Throws: `CancellationError`, looked for before each KV head.
  mutating func tell(earlier: Story?) throws {
    reuse = StoryReuse(earlier, for: story)
    let everything = KeptTokens.all(shape: recording.shape, tokenCount: recording.tokenCount)
    let trace = trace
    update { story in
      story.recording = trace.recording
      story.decodeQueries = trace.decodeQueries
      story.full = Policy("full").map {
        Lane(policy: $0, kept: everything, scores: nil, lookahead: nil, agreement: nil, answer: trace.answer)
      }
    }
    // Policies that look at all queries of a long prompt take minutes: whatever else there is to see comes before.
    let quick = settings.policies.filter { $0.observedTokens != nil && !$0.needsDecode }
    let truthful = settings.policies.filter(\.needsDecode)
    let slow = settings.policies.filter { $0.observedTokens == nil }
    let start = ContinuousClock.now
    try evict(quick)
    try measure()
    try evict(truthful)
    story.figures = reuse.figures(for: story.lanes)
    if story.figures == nil {
      update { $0.stage = .measure }
      story.figures = try HeadFigures(story)
    }
    try evict(slow)
    story.seconds.eviction = (ContinuousClock.now - start) / .seconds(1)
    update { $0.stage = .done }
  }

  /// Adds the lanes of some policies, or the reasons why there are none.
  private mutating func evict(_ policies: [Policy]) throws {
    for policy in policies {
      try Task.checkCancellation()
      update {
        $0.stage = .reading(policy: policy, index: $0.lanes.count + $0.obstacles.count, of: $0.settings.policies.count)
      }
      do {
        let lane = try lane(policy)
        update { $0.lanes.append(lane) }
      } catch let error as EvidenceError {
        update { $0.obstacles[policy] = String(describing: error) }
      }
    }
  }

  private func lane(_ policy: Policy) throws -> Lane {
    let lookahead = try lookahead(of: policy)
    if let same = reuse.lane(policy, lookahead: lookahead) { return same }
    let start = ContinuousClock.now
    let (kept, scores) = try policy.evict(
      story.evidence(recording, lookahead: lookahead?.queries, output: trace.output), budget: budget,
      granularity: settings.granularity)
    var lane = Lane(
      policy: policy, kept: kept, scores: try scores?.spilled(), lookahead: lookahead,
      agreement: story.trueMass.map(kept.agreement(withMass:)))
    lane.evictionSeconds = (ContinuousClock.now - start) / .seconds(1)
    return lane
  }

  /// The recorded lookahead that comes next to what a policy asks for.
  private func lookahead(of policy: Policy) throws -> Lookahead? {
    guard let wanted = policy.lookahead else { return nil }
    return try RecordedLookahead.best(
      trace.lookaheads, for: wanted, budget: budget.tokens, granularity: settings.granularity
    )?.lookahead(wanted, evidence: story.evidence(recording), budget: budget.tokens, granularity: settings.granularity)
  }

  /// Sums the true queries' attention, and says how much of it the kept sets cover.
  private mutating func measure() throws {
    guard let decode = story.decodeQueries, decode.count > 0 else { return }
    let mass = try reuse.full?.mass ?? HeadTable.trueMass(Evidence(recording: recording, decode: decode))
    update { story in
      story.trueMass = mass
      for index in story.lanes.indices where story.lanes[index].agreement == nil {
        story.lanes[index].agreement = story.lanes[index].kept.agreement(withMass: mass)
      }
    }
  }
}
