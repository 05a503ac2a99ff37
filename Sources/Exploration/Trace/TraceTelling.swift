import Eviction
import Transformer

/// The order of events in a trace's story: what is recorded is there at once; then every policy's kept sets, the quick ones
/// first, the truth and what it says of them, the figures of every head.
struct TraceTelling {
  private(set) var story: Story
  private let trace: TraceFile
  private let onUpdate: @Sendable (Story) -> Void
  private var reuse = StoryReuse()
  /// The cheap caches of recorded lookaheads that have been chosen anew; nothing where the trace lacks what they look at.
  private var cheapCaches: [CheapCache: KeptTokens?] = [:]
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
    // Policies that look at all queries of a long prompt take minutes: whatever else there is to see comes before, what
    // looks at the fewest first, and what a lookahead was decoded on before it.
    func cost(_ policy: Policy) -> (Int, Int) { (policy.observedTokens ?? .max, policy.lookahead == nil ? 0 : 1) }
    let quick = settings.policies.filter { $0.observedTokens != nil && !$0.needs.contains(.decode) }.enumerated().sorted { a, b in
      let (x, y) = (cost(a.element), cost(b.element))
      return x == y ? a.offset < b.offset : x < y
    }.map(\.element)
    let truthful = settings.policies.filter { $0.needs.contains(.decode) }
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
    // A lookahead on a cheap cache that a slow policy chose came after the figures.
    if let figures = story.figures,
      story.lanes.contains(where: { $0.lookahead != nil && figures.lookaheadAgreement[$0.policy.unedited] == nil })
    {
      update { $0.stage = .measure }
      story.figures = try HeadFigures(story)
    }
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
        update { story in
          story.lanes.append(lane)
          // In the order of the list, whichever came first.
          let order = story.settings.policies
          story.lanes.sort { order.firstIndex(of: $0.policy) ?? 0 < order.firstIndex(of: $1.policy) ?? 0 }
        }
      } catch let error as EvidenceError {
        update { $0.obstacles[policy] = String(describing: error) }
      }
    }
  }

  private mutating func lane(_ policy: Policy) throws -> Lane {
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
  private mutating func lookahead(of policy: Policy) throws -> Lookahead? {
    let (budget, granularity) = (budget.tokens, settings.granularity)
    guard let wanted = policy.lookahead,
      let recorded = RecordedLookahead.best(trace.lookaheads, for: wanted, budget: budget, granularity: granularity)
    else { return nil }
    return recorded.lookahead(wanted, cheap: try cheapCache(of: recorded), budget: budget, granularity: granularity)
  }

  /// What a recorded lookahead was decoded on, chosen anew unless a lane keeps the same; `nil` where that is not known.
  private mutating func cheapCache(of recorded: RecordedLookahead) throws -> KeptTokens? {
    guard let policy = recorded.cheap else { return nil }
    let wanted = CheapCache(
      policy: policy, budget: min(recorded.budget, recording.tokenCount), granularity: recorded.granularity)
    if wanted.budget == budget.tokens, wanted.granularity == settings.granularity,
      let lane = story.lanes.first(where: { $0.policy == policy })
    {
      return lane.kept
    }
    if let known = cheapCaches[wanted] { return known }
    do {
      let kept = try policy.evict(
        story.evidence(recording), budget: wanted.budget, granularity: wanted.granularity
      ).kept
      cheapCaches[wanted] = .some(kept)
      return kept
    } catch is EvidenceError {
      // The model has had queries that the trace does not hold.
      cheapCaches[wanted] = .some(nil)
      return nil
    }
  }

  /// What a cheap cache hangs on.
  private struct CheapCache: Hashable {
    let policy: Policy
    let budget: Int
    let granularity: Granularity
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
