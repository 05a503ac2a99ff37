import Eviction
import Transformer

extension ActiveRun {
  /// Decodes the full cache's answer and every lookahead that the policies ask for, in one pass per token;
  /// policies with equal lookahead settings share one at each budget.
  mutating func lookAhead() throws {
    guard let greedy, let recording = run.recording else { return }
    var (open, lanes): ([LookaheadKey], [GreedyDecoding.Lane]) = ([], [])
    for wanted in wanted(request.policies) {
      guard let key = wanted.lookahead(recording, request.granularity), lookaheads[key] == nil,
        !open.contains(key),
        let cheap = try cheapCache(key)
      else { continue }
      if let same = reuse.lookahead(key.settings, cheap: cheap) {
        lookaheads[key] = same
      } else {
        lookaheads[key] = Lookahead(
          settings: key.settings, cheap: cheap, queries: QueryRows(shape: recording.shape))
        open.append(key)
        lanes.append(greedy.lookaheadLane(key.settings, cheap: cheap))
      }
    }
    if let full = reuse.full {
      (run.full, run.decodeQueries, run.referenceLogits) = (full.lane, full.queries, full.logits)
    }
    let decodesFull = reuse.full == nil && request.wantsFullAnswer
    if decodesFull {
      lanes.insert(greedy.fullLane(limit: request.answerLimit, needsAnswer: request.needsAnswer), at: 0)
    }
    var full = PolicyResult.full(recording)
    func takeFull(_ lane: GreedyDecoding.Lane, _ run: inout Run) {
      full?.answer = lane.continuation
      (run.full, run.decodeQueries) = (full, lane.queries)
    }
    try greedy.run(&lanes, recordsReference: decodesFull && request.parts.contains(.comparison)) {
      step, lanes in
      report {
        $0.stage = .lookahead(step: step)
        if decodesFull { takeFull(lanes[0], &$0) }
      }
    }
    if decodesFull {
      takeFull(lanes.removeFirst(), &run)
      run.referenceLogits = greedy.referenceLogits
    }
    for (key, lane) in zip(open, lanes) {
      lookaheads[key]?.pseudo = lane.continuation
      lookaheads[key]?.queries = lane.queries
      if lane.limit < key.settings.tokenCount {
        lookaheads[key]?.mismatch = "shortened to m=\(lane.limit)"
      }
    }
  }

  /// What a lookahead is decoded on; `nil` where it cannot be chosen, which its policies say when it is their
  /// turn.
  func cheapCache(_ key: LookaheadKey) throws -> KeptTokens? {
    let facts = run.prompt.facts(budget: key.budget.tokens)
    guard let recording = run.recording, recording.covers(key.settings.cheap, facts) else { return nil }
    do {
      return try key.settings.cheap.evict(
        run.evidence(recording, output: source.output), budget: key.budget, granularity: request.granularity
      ).kept
    } catch EvidenceError.noQuestion {
      return nil
    }
  }

  /// The recorded lookahead that comes next to what is asked for.
  mutating func recordedLookahead(_ key: LookaheadKey) throws -> Lookahead? {
    let (budget, granularity) = (key.budget.tokens, request.granularity)
    guard
      let recorded = source.recordedLookahead(
        key.settings, facts: run.prompt.facts(budget: budget), granularity: granularity)
    else { return nil }
    return recorded.lookahead(
      key.settings, cheap: try cheapCache(of: recorded, key), facts: run.prompt.facts(budget: budget),
      granularity: granularity)
  }

  /// What a recorded lookahead was decoded on, chosen anew unless a policy keeps the same; `nil` where that
  /// is not known.
  private mutating func cheapCache(of recorded: RecordedLookahead, _ key: LookaheadKey) throws -> KeptTokens?
  {
    guard let recording = run.recording, let cache = recorded.cache(tokenCount: recording.tokenCount) else {
      return nil
    }
    if cache.budget == key.budget.tokens, cache.granularity == request.granularity,
      let lane = run.results.first(where: { $0.policy == cache.policy && $0.tokenBudget == key.budget })
    {
      return lane.kept
    }
    if let known = recordedCaches[cache] { return known }
    do {
      let kept = try cache.policy.evict(
        run.evidence(recording), budget: cache.budget, granularity: cache.granularity
      ).kept
      recordedCaches[cache] = .some(kept)
      return kept
    } catch is EvidenceError {
      // The model has had queries that the trace does not hold.
      recordedCaches[cache] = .some(nil)
      return nil
    }
  }
}
