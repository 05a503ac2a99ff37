import Eviction
import Transformer

/// The order of events in a story: prefill, lookahead beside the full cache's answer, eviction under
/// every policy, every policy's answer.
struct StoryTelling {
  private(set) var story: Story
  let onUpdate: @Sendable (Story) -> Void
  /// The decoder's, once there is one.
  private var output: OutputProjection?
  /// What an earlier story of the same recording spares this one.
  private var reuse = StoryReuse()
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

  /// - Parameter gate: the model's, if a policy asks for one.
  mutating func tell(_ decoder: Decoder, gate: Gate?, endTokens: Set<Int>, earlier: Story?) throws {
    output = decoder.outputProjection
    let recording = try timed(\.prefill) { telling in
      let tokens = telling.story.prompt.tokens.map(\.id)
      let firstQuery = telling.settings.recording.recordedQueries(for: telling.settings.policies).map { max(0, tokens.count - $0) } ?? 0
      if let recording = earlier?.recording, earlier?.prompt.hash == telling.story.prompt.hash,
        recording.shape == decoder.shape, recording.firstQueryPosition <= firstQuery,
        gate == nil || earlier?.gateScores != nil
      {
        telling.story.prefillReports = earlier?.prefillReports ?? []
        telling.story.gateScores = earlier?.gateScores
        telling.reuse = StoryReuse(earlier, for: telling.story)
        return recording
      }
      let pass = gate.map { GatePass($0, tokenCount: tokens.count) }
      // A gate looks at the states of all tokens: behind a known prefix it would miss some.
      let prefix = gate == nil ? telling.shared(with: earlier) : nil
      return try decoder.prefill(tokens, after: prefix, firstQueryPosition: firstQuery) { progress in
        telling.update { story in
          story.stage = .prefill(progress)
          story.prefillReports.append(progress)
        }
      } onLayerInput: { _, states in
        pass?.advance(states)
        telling.story.gateScores = pass?.scores
      }
    }
    update {
      $0.recording = recording
      // What passes have measured hangs on the prompt alone.
      if let earlier, earlier.prompt.hash == $0.prompt.hash, earlier.prompt.repetition == $0.prompt.repetition {
        $0.passes = earlier.passes
      }
    }
    let greedy = GreedyDecoding(
      decoder: decoder, recording: recording, endTokens: endTokens, referenceLogits: reuse.full?.logits ?? [],
      referenceTokens: reuse.full?.lane.answer.tokens ?? [])
    let lookaheads = try timed(\.lookahead) { telling in try telling.lookAhead(greedy, recording: recording) }
    try timed(\.passes) { telling in try telling.pass(decoder, over: recording) }
    try timed(\.eviction) { telling in
      telling.story.trueMass = telling.reuse.full?.mass ?? telling.trueMass(recording)
      for policy in telling.settings.policies {
        try Task.checkCancellation()
        try telling.evict(policy, recording: recording, lookahead: policy.lookahead.flatMap { lookaheads[$0] })
      }
      telling.story.figures = telling.reuse.figures(for: telling.story.lanes)
    }
    try timed(\.decode) { telling in
      try telling.answer(greedy, decoder: decoder, recording: recording)
      try telling.follow(greedy, decoder: decoder, recording: recording)
    }
    if story.figures == nil {
      update { $0.stage = .measure }
      story.figures = try HeadFigures(story)
    }
    update { $0.stage = .done }
  }

  /// The beginning that an earlier prompt has in common with this one: another question need not pass the text again.
  private func shared(with earlier: Story?) -> RecordedPrefix? {
    guard let earlier, let recording = earlier.recording, earlier.modelName == story.modelName else { return nil }
    let same = zip(earlier.prompt.tokens, story.prompt.tokens).prefix { $0.id == $1.id }
    return RecordedPrefix(recording, count: same.count)
  }

  /// Ends the story where it was cancelled. Of what was computed, a person sees what the policies with a window
  /// make: they cost milliseconds, and need no further token.
  mutating func stop(with partial: Recording? = nil) {
    if let recording = partial ?? story.recording, story.lanes.isEmpty {
      story.recording = recording
      story.trueMass = partial == nil ? trueMass(recording, stopsWhenCancelled: false) : nil
      for policy in settings.policies {
        if policy.observedTokens == nil || policy.pass.map({ story.passes[$0] == nil }) == true {
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
    _ greedy: GreedyDecoding, recording: Recording
  ) throws -> [LookaheadSettings: Lookahead] {
    let wanted = Set(settings.policies.compactMap(\.lookahead)).sorted {
      "\($0)" < "\($1)"
    }
    let everything = KeptTokens.all(shape: recording.shape, tokenCount: recording.tokenCount)
    var known: [Lookahead] = []
    var lookaheads: [Lookahead] = []
    for lookahead in wanted {
      // A cheap cache that cannot be chosen is an obstacle of its policies, said when it is their turn.
      guard recording.covers(lookahead.cheap) else { continue }
      let cheap = try lookahead.cheap.evict(
        story.evidence(recording, output: output), budget: settings.tokenBudget(tokenCount: recording.tokenCount),
        granularity: settings.granularity
      ).kept
      if let same = reuse.lookahead(lookahead, cheap: cheap) {
        known.append(same)
      } else {
        lookaheads.append(
          Lookahead(settings: lookahead, cheap: cheap, queries: QueryRows(shape: recording.shape)))
      }
    }
    var lanes = lookaheads.map {
      GreedyDecoding.Lane(
        recording, kept: $0.cheap ?? everything, limit: $0.settings.tokenCount, feedsFirst: true)
    }
    if let full = reuse.full {
      (story.full, story.decodeQueries, story.referenceLogits) = (full.lane, full.queries, full.logits)
      try greedy.run(&lanes, reference: full.logits) { step, _ in update { $0.stage = .lookahead(step: step) } }
    } else {
      lanes.insert(GreedyDecoding.Lane(recording, kept: everything, limit: settings.answerLimit), at: 0)
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
      story.referenceLogits = greedy.referenceLogits
      lanes.removeFirst()
    }
    for index in lookaheads.indices {
      lookaheads[index].pseudo = lanes[index].continuation
      lookaheads[index].queries = lanes[index].queries
    }
    return Dictionary(uniqueKeysWithValues: (known + lookaheads).map { ($0.settings, $0) })
  }

  /// Runs the passes that policies ask for and that are not there yet; policies with the same one share it.
  private mutating func pass(_ decoder: Decoder, over recording: Recording) throws {
    let tokens = story.prompt.tokens.map(\.id)
    for policy in settings.policies {
      guard let pass = policy.pass, story.passes[pass] == nil else { continue }
      let replays = pass.replays(of: tokens, story.prompt.repetition)
      let measured = try decoder.replay(replays, over: recording) { progress in update { $0.stage = .pass(progress) } }
      update { $0.passes[pass] = measured }
    }
  }

  /// The attention that the true decode queries give each prompt token, `[layer][queryHead][token]`.
  private func trueMass(_ recording: Recording, stopsWhenCancelled: Bool = true) -> HeadTable? {
    guard let decode = story.decodeQueries, decode.count > 0 else { return nil }
    let evidence = Evidence(recording: recording, decode: decode)
    return try? HeadTable.trueMass(evidence, stopsWhenCancelled: stopsWhenCancelled)
  }

  /// Adds a policy's lane, or the reason why there is none.
  private mutating func evict(
    _ policy: Policy, recording: Recording, lookahead: Lookahead?, stopsWhenCancelled: Bool = true
  ) throws {
    if let same = reuse.lane(policy, lookahead: lookahead) {
      update { $0.lanes.append(same) }
      return
    }
    do {
      let start = ContinuousClock.now
      let (kept, scores) = try policy.evict(
        story.evidence(recording, lookahead: lookahead?.queries, output: output), budget: settings.tokenBudget(tokenCount: recording.tokenCount), granularity: settings.granularity,
        stopsWhenCancelled: stopsWhenCancelled)
      let elapsed = (ContinuousClock.now - start) / .seconds(1)
      var lane = Lane(
        policy: policy, kept: kept, scores: scores, lookahead: lookahead,
        agreement: story.trueMass.map(kept.agreement(withMass:)))
      lane.evictionSeconds = elapsed
      (lane.answer, lane.followed) = reuse.answers(of: lane)
      update { $0.lanes.append(lane) }
    } catch let error as EvidenceError {
      update { $0.obstacles[policy] = String(describing: error) }
    }
  }

  /// Decodes the answers that are not known yet from the prefill's logits: LAQ's pseudo tokens are gone.
  private mutating func answer(_ greedy: GreedyDecoding, decoder: Decoder, recording: Recording) throws {
    let open = story.lanes.indices.filter { !story.lanes[$0].answer.isComplete(limit: settings.answerLimit) }
    var lanes = open.map { GreedyDecoding.Lane(story.lanes[$0], decoder: decoder, recording: recording, limit: settings.answerLimit) }
    let reference = greedy.referenceLogits
    try greedy.run(&lanes, reference: reference.isEmpty ? nil : reference) { step, lanes in
      update { story in
        story.stage = .decode(step: step)
        for (index, lane) in zip(open, lanes) { story.lanes[index].answer = lane.continuation }
      }
    }
  }

  /// Feeds the full cache's answer to every lane whose own is another, so that each of its tokens can be compared.
  private mutating func follow(_ greedy: GreedyDecoding, decoder: Decoder, recording: Recording) throws {
    guard let full = story.full, !greedy.referenceLogits.isEmpty else { return }
    let open = story.lanes.indices.filter {
      story.lanes[$0].followed == nil && story.lanes[$0].answer.firstDifference(from: full.answer) != nil
    }
    // An end token was no token of the answer, but its step is compared, too.
    let limit = full.answer.steps.count
    var lanes = open.map {
      GreedyDecoding.Lane(
        story.lanes[$0], decoder: decoder, recording: recording, limit: limit, script: full.answer.tokens)
    }
    try greedy.run(&lanes, reference: greedy.referenceLogits) { step, _ in
      update { $0.stage = .follow(step: step) }
    }
    for (index, lane) in zip(open, lanes) { story.lanes[index].followed = lane.continuation }
  }
}
