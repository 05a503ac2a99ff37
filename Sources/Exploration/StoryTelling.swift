import Eviction
import Transformer

/// The order of events in a story: prefill, lookahead beside the full cache's answer, eviction under
/// every policy, every policy's answer.
struct StoryTelling {
  private(set) var story: Story
  let onUpdate: @Sendable (Story) -> Void
  /// The decoder's, once there is one.
  private var output: OutputProjection?
  private var settings: ExplorationSettings { story.settings }

  init(story: Story, onUpdate: @escaping @Sendable (Story) -> Void) {
    self.story = story
    self.onUpdate = onUpdate
  }

  mutating func update(_ change: (inout Story) -> Void) {
    change(&story)
    onUpdate(story)
  }

  /// Runs a stage and adds what it took.
  mutating func timed<Result>(
    _ stage: WritableKeyPath<StageTimes, Double>, _ body: (inout StoryTelling) throws -> Result
  ) rethrows -> Result {
    let start = ContinuousClock.now
    let result = try body(&self)
    story.seconds[keyPath: stage] += (ContinuousClock.now - start) / .seconds(1)
    return result
  }

  mutating func tell(_ decoder: Decoder, endTokens: Set<Int>, earlier: Story?) throws {
    output = decoder.outputProjection
    let recording = try timed(\.prefill) { telling in
      let tokens = telling.story.prompt.tokens.map(\.id)
      let firstQuery = telling.settings.recordedQueries.map { max(0, tokens.count - $0) } ?? 0
      if let recording = earlier?.recording, earlier?.prompt.hash == telling.story.prompt.hash,
        recording.shape == decoder.shape, recording.firstQueryPosition <= firstQuery
      {
        return recording
      }
      return try decoder.prefill(tokens, firstQueryPosition: firstQuery) { progress in
        telling.update { $0.stage = .prefill(progress) }
      }
    }
    update { $0.recording = recording }
    let greedy = GreedyDecoding(decoder: decoder, recording: recording, endTokens: endTokens)
    let lookaheads = try timed(\.lookahead) { telling in
      try telling.lookAhead(greedy, recording: recording, earlier: earlier)
    }
    try timed(\.eviction) { telling in
      telling.story.trueMass = telling.trueMass(recording)
      for policy in telling.settings.policies {
        try Task.checkCancellation()
        try telling.evict(policy, recording: recording, lookahead: policy.lookahead.flatMap { lookaheads[$0] })
      }
    }
    try timed(\.decode) { telling in try telling.answer(greedy, decoder: decoder, recording: recording) }
    update { $0.stage = .done }
  }

  /// Ends the story where it was cancelled. Of what was computed, a person sees what the policies with a window
  /// make: they cost milliseconds, and need no further token.
  mutating func stop(with partial: Recording? = nil) {
    if let recording = partial ?? story.recording, story.lanes.isEmpty {
      story.recording = recording
      story.trueMass = partial == nil ? trueMass(recording, stopsWhenCancelled: false) : nil
      for policy in settings.policies {
        if policy.observedTokens == nil {
          story.obstacles[policy] = "not computed: stopped before"
        } else {
          try? evict(policy, recording: recording, lookahead: nil, stopsWhenCancelled: false)
        }
      }
    }
    update { $0.stage = .cancelled }
  }

  /// Decodes the full cache's answer and every lookahead that the policies ask for, in one pass per
  /// token; policies with equal lookahead settings share one.
  private mutating func lookAhead(
    _ greedy: GreedyDecoding, recording: Recording, earlier: Story?
  ) throws -> [LookaheadSettings: Lookahead] {
    let wanted = Set(settings.policies.compactMap(\.lookahead)).sorted {
      "\($0)" < "\($1)"
    }
    let everything = KeptTokens.all(shape: recording.shape, tokenCount: recording.tokenCount)
    var lanes = [GreedyDecoding.Lane(recording, kept: everything, limit: settings.answerLimit)]
    var lookaheads: [Lookahead] = []
    for lookahead in wanted {
      // A cheap cache that cannot be chosen is an obstacle of its policies, said when it is their turn.
      guard recording.covers(lookahead.cheap) else { continue }
      let cheap = try lookahead.cheap.evict(
        Evidence(recording: recording, questionTokenCount: story.prompt.questionTokenCount),
        budget: settings.tokenBudget(tokenCount: recording.tokenCount),
        granularity: settings.granularity
      ).kept
      lookaheads.append(
        Lookahead(
          settings: lookahead, cheap: cheap, queries: QueryRows(shape: recording.shape)))
      lanes.append(GreedyDecoding.Lane(recording, kept: cheap, limit: lookahead.tokenCount, feedsFirst: true))
    }
    let full = Policy("full")
    try greedy.run(&lanes) { step, lanes in
      guard let full else { return }
      update {
        $0.stage = .lookahead(step: step)
        $0.full = Lane(
          policy: full, kept: everything, scores: nil, lookahead: nil, agreement: nil,
          answer: lanes[0].continuation)
        $0.decodeQueries = lanes[0].queries
      }
    }
    for index in lookaheads.indices {
      lookaheads[index].pseudo = lanes[index + 1].continuation
      lookaheads[index].queries = lanes[index + 1].queries
    }
    return Dictionary(uniqueKeysWithValues: lookaheads.map { ($0.settings, $0) })
  }

  /// The attention that the true decode queries give each prompt token, `[layer][queryHead][token]`.
  private func trueMass(_ recording: Recording, stopsWhenCancelled: Bool = true) -> [[[Float]]]? {
    guard let decode = story.decodeQueries, decode.count > 0 else { return nil }
    let evidence = Evidence(recording: recording, decode: decode)
    return try? ScoreTable(
      OracleScorer(), evidence: evidence, budget: story.settings.budget, granularity: .queryHead,
      stopsWhenCancelled: stopsWhenCancelled
    ).layers
  }

  /// Adds a policy's lane, or the reason why there is none.
  private mutating func evict(
    _ policy: Policy, recording: Recording, lookahead: Lookahead?, stopsWhenCancelled: Bool = true
  ) throws {
    do {
      let evidence = Evidence(
        recording: recording, lookahead: lookahead?.queries, decode: story.decodeQueries, output: output,
        questionTokenCount: story.prompt.questionTokenCount)
      let (kept, scores) = try policy.evict(
        evidence, budget: settings.tokenBudget(tokenCount: recording.tokenCount), granularity: settings.granularity,
        stopsWhenCancelled: stopsWhenCancelled)
      let agreement = story.trueMass?.enumerated().map { layer, heads in
        heads.enumerated().map { head, mass in
          Agreement(kept: kept.positions(layer: layer, queryHead: head), mass: mass)
        }
      }
      let lane = Lane(policy: policy, kept: kept, scores: scores, lookahead: lookahead, agreement: agreement)
      update { $0.lanes.append(lane) }
    } catch let error as EvidenceError {
      update { $0.obstacles[policy] = String(describing: error) }
    }
  }

  /// Decodes every lane's answer from the prefill's logits: LAQ's pseudo tokens are gone.
  private mutating func answer(_ greedy: GreedyDecoding, decoder: Decoder, recording: Recording) throws {
    var lanes = story.lanes.map { lane in
      let rotation =
        lane.policy.rerotates
        ? decoder.keyRotation(tokenCount: recording.tokenCount, length: lane.kept.longestCount) : nil
      let reduction = lane.policy.decoding.map {
        CacheReduction($0, recording: recording, kept: lane.kept, scores: lane.scores)
      }
      return GreedyDecoding.Lane(
        recording, kept: lane.kept, limit: story.settings.answerLimit, rotation: rotation, reduction: reduction)
    }
    let reference = greedy.referenceLogits
    try greedy.run(&lanes, reference: reference.isEmpty ? nil : reference) { step, lanes in
      update { story in
        story.stage = .decode(step: step)
        for (index, lane) in lanes.enumerated() { story.lanes[index].answer = lane.continuation }
      }
    }
  }
}
