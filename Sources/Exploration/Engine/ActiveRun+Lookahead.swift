import Eviction
import Transformer

extension ActiveRun {
  /// Decodes the full cache's answer and makes every lookahead that the policies ask for, in one pass per
  /// token; policies with equal lookahead settings share one at each budget, and those that differ in the
  /// number of pseudo tokens alone share the longest.
  mutating func lookAhead() throws {
    guard let greedy else { return }
    let open = try openLookaheads(greedy)
    var lanes = open.compactMap(\.work.lane)
    if let full = reuse.full {
      (run.full, run.decodeQueries, run.referenceLogits) = (full.lane, full.queries, full.logits)
      run.questionQueries = full.questionQueries
    }
    let decodesFull = reuse.full == nil && request.wantsFullAnswer
    if decodesFull {
      lanes.insert(greedy.fullLane(limit: request.answerLimit, needsAnswer: request.needsAnswer), at: 0)
    }
    var full = PolicyResult.full(greedy.recording)
    func takeFull(_ lane: GreedyDecoding.Lane, _ run: inout Run) {
      full?.answer = lane.continuation
      (run.full, run.decodeQueries, run.questionQueries) = (full, lane.queries, lane.questionQueries)
    }
    try greedy.run(&lanes, recordsReference: decodesFull && request.parts.contains(.comparison)) { step in
      report { $0.stage = .question(step: step) }
    } onStep: { step, lanes in
      report {
        $0.stage = .lookahead(step: step)
        if decodesFull { takeFull(lanes[0], &$0) }
      }
    }
    if decodesFull {
      takeFull(lanes.removeFirst(), &run)
      run.referenceLogits = greedy.referenceLogits
    }
    let finished = try greedy.finished(open.map(\.work), lanes, answer: run.answerRows(request.answerLimit))
    for (key, lookahead) in zip(open.map(\.key), finished) {
      lookaheads[key] = lookahead
      for shorter in wantedLookaheads(greedy.recording)
      where lookaheads[shorter] == nil && shorter.isBeginning(of: key) {
        lookaheads[shorter] = lookahead.beginning(shorter.settings)
      }
    }
  }

  /// The lookaheads that policies ask for, each once.
  private func wantedLookaheads(_ recording: Recording) -> [LookaheadKey] {
    var keys: [LookaheadKey] = []
    for wanted in wanted(request.present) {
      guard let key = wanted.lookahead(recording, request.granularity), !keys.contains(key) else { continue }
      keys.append(key)
    }
    return keys
  }

  /// The lookaheads that are not known yet, without those that are the beginning of another one.
  private mutating func openLookaheads(_ greedy: GreedyDecoding) throws -> [(
    key: LookaheadKey, work: LookaheadWork
  )] {
    var open: [(key: LookaheadKey, cheap: KeptTokens)] = []
    for key in wantedLookaheads(greedy.recording) where lookaheads[key] == nil {
      guard let cheap = try cheapCache(key) else { continue }
      if let known = reuse.lookahead(key.settings, cheap: cheap) {
        lookaheads[key] = known
      } else {
        open.append((key, cheap))
      }
    }
    let longest = open.filter { part in
      !open.contains { $0.key != part.key && part.key.isBeginning(of: $0.key) }
    }
    var works: [(key: LookaheadKey, work: LookaheadWork)] = []
    for (key, cheap) in longest {
      let state = self
      do {
        let work = try state.lookaheadWork(key, cheap: cheap, greedy) { progress in
          report { $0.stage = .draft(progress) }
        }
        works.append((key, work))
      } catch let error as DraftError {
        // Its policies say it when it is their turn.
        if let draft = key.settings.draft { draftErrors[draft] = error }
      }
    }
    return works
  }

  /// What makes a lookahead on a cheap cache.
  /// - Throws: `DraftError`, `CancellationError`.
  func lookaheadWork(
    _ key: LookaheadKey, cheap: KeptTokens, _ greedy: GreedyDecoding, isTimed: Bool = false,
    onDraft: (PrefillProgress) -> Void = { _ in }
  ) throws -> LookaheadWork {
    try LookaheadWork(
      key.settings, cheap: cheap, prompt: run.prompt.tokens.map(\.id), by: greedy, source: source,
      isTimed: isTimed, onDraft: onDraft)
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

  /// The recorded lookahead that comes next to what is asked for; of the full cache's answer, its beginning.
  mutating func recordedLookahead(_ key: LookaheadKey) throws -> Lookahead? {
    if key.settings.source == .truth {
      let cheap = try cheapCache(key)
      return run.answerRows(run.decodeQueries?.count ?? 0).map {
        .truth(key.settings, cheap: cheap, $0.tokens, $0.queries, limit: $0.limit)
      }
    }
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
