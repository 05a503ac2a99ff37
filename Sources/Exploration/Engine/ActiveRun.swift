import Eviction
import Transformer

/// A run while it is computed: the one way from a prompt to what its policies keep and answer, whichever
/// source the tensors come from, and how much of it is wanted.
struct ActiveRun {
  var story: Story
  let request: RunRequest
  let source: any RunSource
  /// Told of every step; nobody is where only the end counts.
  private let onUpdate: ((Story) -> Void)?
  /// Decoding on caches of the recording; `nil` before there is one, and where nothing can be decoded.
  private(set) var greedy: GreedyDecoding?
  /// What an earlier run of the same recording spares this one.
  var reuse = StoryReuse()
  var lookaheads: [LookaheadKey: Lookahead] = [:]
  /// The cheap caches of recorded lookaheads that have been chosen anew; nothing where the trace lacks what
  /// they look at.
  var recordedCaches: [RecordedLookahead.Cache: KeptTokens?] = [:]

  init(
    _ story: Story, _ request: RunRequest, by source: any RunSource, onUpdate: ((Story) -> Void)? = nil
  ) {
    (self.story, self.request, self.source, self.onUpdate) = (story, request, source, onUpdate)
  }

  /// Runs every stage and takes note of how it ended.
  mutating func run(earlier: Story?) {
    do {
      try complete(earlier: earlier)
    } catch is CancellationError {
      stop()
    } catch let interrupted as PrefillInterrupted {
      stop(with: interrupted.recording)
    } catch {
      update { $0.stage = .failed(String(describing: error)) }
    }
  }

  /// Runs every stage that the request asks for.
  /// - Throws: `CancellationError`, `PrefillInterrupted`, and what the source throws.
  mutating func complete(earlier: Story? = nil) throws {
    for stage in source.stages(for: request) { try perform(stage, earlier: earlier) }
    update { $0.stage = .done }
  }

  /// Runs one stage, and adds the seconds that it took.
  mutating func perform(_ stage: RunStage, earlier: Story? = nil) throws {
    let start = ContinuousClock.now
    switch stage {
    case .prefill: try prefill(earlier: earlier)
    case .lookahead: try lookAhead()
    case .passes: try pass()
    case .agreement: try measureAgreement()
    case .eviction(let policies): try evict(policies)
    case .answers: try answer()
    case .comparison: try compare()
    case .figures: try measureHeads()
    }
    if let time = StageTimes.time(of: stage, hasModel: story.hasModel) {
      story.seconds[keyPath: time] += (ContinuousClock.now - start) / .seconds(1)
    }
  }

  /// The full cache's result, if it was wanted, then each policy's at each budget, or why there is none.
  var results: [Result<PolicyResult, Unavailable>] {
    (story.full.map { [.success($0)] } ?? [])
      + wanted(request.policies).compactMap { wanted in
        story.lanes.first { $0.policy == wanted.policy && $0.budget == wanted.budget }.map { .success($0) }
          ?? story.unavailable.first { $0.policy == wanted.policy && $0.budget == wanted.budget }.map {
            .failure($0)
          }
      }
  }

  mutating func update(_ change: (inout Story) -> Void) {
    change(&story)
    onUpdate?(story)
  }

  /// A step that only whoever watches wants: copies of what still grows would cost a run that nobody watches.
  mutating func report(_ change: (inout Story) -> Void) {
    if onUpdate != nil { update(change) }
  }

  /// Some policies at every budget, budgets of a policy together.
  func wanted(_ policies: [Policy]) -> [BudgetedPolicy] {
    policies.flatMap { policy in request.budgets.map { BudgetedPolicy(policy: policy, budget: $0) } }
  }

  private mutating func prefill(earlier: Story?) throws {
    let known = earlier.flatMap { source.canReuse($0, for: request) ? $0.recording : nil }
    if known != nil, let earlier {
      story.prefillReports = earlier.prefillReports
      story.gateScores = earlier.gateScores
      reuse = StoryReuse(earlier, for: story)
    }
    let recording = try known ?? passPrompt(after: shared(with: earlier))
    greedy = source.decoding(
      recording, endTokens: request.endTokens, referenceLogits: reuse.full?.logits ?? [],
      referenceTokens: reuse.full?.lane.answer.tokens ?? [])
    let recorded = source.recordedAnswer
    update { story in
      story.recording = recording
      if let recorded {
        story.full = PolicyResult.full(recording)
        story.full?.answer = recorded.answer
        story.decodeQueries = recorded.queries
      }
      // What passes have measured hangs on the prompt alone.
      if let earlier, earlier.prompt.hash == story.prompt.hash,
        earlier.prompt.repetition == story.prompt.repetition
      {
        story.passes = earlier.passes
      }
    }
  }

  private mutating func passPrompt(after prefix: RecordedPrefix?) throws -> Recording {
    let source = source
    return try source.prefill(request, after: prefix) { progress in
      update {
        $0.stage = .prefill(progress)
        $0.prefillReports.append(progress)
      }
    } onGateScores: {
      story.gateScores = $0
    }
  }

  /// The beginning that an earlier prompt has in common with this one: another question need not pass the
  /// text again.
  private func shared(with earlier: Story?) -> RecordedPrefix? {
    guard let earlier, let recording = earlier.recording, earlier.modelName == story.modelName else {
      return nil
    }
    let same = zip(earlier.prompt.tokens, story.prompt.tokens).prefix { $0.id == $1.id }
    return RecordedPrefix(recording, count: same.count)
  }

  /// Runs the passes that policies ask for and that are not there yet; policies with the same one share it.
  private mutating func pass() throws {
    for policy in request.policies {
      guard let pass = policy.pass, story.passes[pass] == nil else { continue }
      let state = self
      let measured = try state.replay(pass) { progress in update { $0.stage = .pass(progress) } }
      update { $0.passes[pass] = measured }
    }
  }

  /// What a pass of the prompt measures.
  func replay(_ pass: ContextPass, onProgress: (PrefillProgress) -> Void = { _ in }) throws
    -> ReplayedAttention?
  {
    guard let recording = story.recording else { return nil }
    let replays = pass.replays(of: story.prompt.tokens.map(\.id), story.prompt.repetition)
    return try source.replay(replays, over: recording, onProgress: onProgress)
  }

  /// Decodes the answers that are not known yet from the prefill's logits: LAQ's pseudo tokens are gone.
  private mutating func answer() throws {
    guard let greedy else { return }
    let open = story.lanes.indices.filter { !story.lanes[$0].answer.isComplete(limit: request.answerLimit) }
    var lanes = open.map {
      greedy.lane(story.lanes[$0], limit: request.answerLimit, needsAnswer: request.needsAnswer)
    }
    func take(_ lanes: [GreedyDecoding.Lane], _ story: inout Story) {
      for (index, lane) in zip(open, lanes) { story.lanes[index].answer = lane.continuation }
    }
    try greedy.run(&lanes) { step, lanes in
      report {
        $0.stage = .decode(step: step)
        take(lanes, &$0)
      }
    }
    take(lanes, &story)
  }

  /// Feeds the full cache's answer to every policy's cache whose own answer is another, so that each of its
  /// tokens can be compared.
  private mutating func compare() throws {
    guard let greedy, let full = story.full, !greedy.referenceLogits.isEmpty else { return }
    let open = story.lanes.indices.filter {
      story.lanes[$0].followed == nil && story.lanes[$0].answer.firstDifference(from: full.answer) != nil
    }
    // An end token was no token of the answer, but its step is compared, too.
    let limit = full.answer.steps.count
    var lanes = open.map { greedy.lane(story.lanes[$0], limit: limit, script: full.answer.tokens) }
    try greedy.run(&lanes) { step, _ in
      update { $0.stage = .follow(step: step) }
    }
    for (index, lane) in zip(open, lanes) { story.lanes[index].followed = lane.continuation }
  }

  /// Ends the run where it was cancelled. Of what a model computed, a person sees what the policies with a
  /// window make: they cost milliseconds, and need no further token.
  private mutating func stop(with partial: Recording? = nil) {
    if story.hasModel, let recording = partial ?? story.recording, story.lanes.isEmpty {
      story.recording = recording
      story.trueMass = partial == nil ? try? attentionMass(stopsWhenCancelled: false) : nil
      (lookaheads, story.unavailable) = ([:], [])
      for wanted in wanted(request.policies) {
        let policy = wanted.policy
        if policy.observedTokens == nil || policy.pass.map({ story.passes[$0] == nil }) == true {
          story.unavailable.append(
            Unavailable(policy: policy, budget: wanted.budget, reason: "not computed: stopped before"))
        } else {
          try? evict(wanted, stopsWhenCancelled: false)
        }
      }
    }
    update { $0.stage = .cancelled }
  }
}
