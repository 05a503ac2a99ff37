import Eviction
import Transformer

/// A run while it is computed: the one way from a prompt to what its policies keep and answer, whichever
/// source the tensors come from, and how much of it is wanted.
struct ActiveRun {
  var run: Run
  private(set) var request: RunRequest
  let source: any RunSource
  /// Hears of every step; nobody does where only the end counts.
  let onUpdate: ((Run) -> Void)?
  /// Decoding on caches of the recording; `nil` before there is one, and where nothing can be decoded.
  private(set) var greedy: GreedyDecoding?
  /// What an earlier run of the same recording spares this one.
  var reuse = RunReuse()
  var lookaheads: [LookaheadKey: Lookahead] = [:]
  /// Why models cannot draft, by their names.
  var draftErrors: [String: DraftError] = [:]
  /// Those of the policy that has chosen last, for its other budgets.
  var lastScores: (scores: EarlierScores, seconds: Double)?
  /// The ceilings of recall by the tokens that a head keeps on average.
  var recallCeilings: [Int: Double] = [:]
  /// The cheap caches of recorded lookaheads that have been chosen anew; nothing where the trace lacks what
  /// they look at.
  var recordedCaches: [RecordedLookahead.Cache: KeptTokens?] = [:]

  init(
    _ run: Run, _ request: RunRequest, by source: any RunSource, onUpdate: ((Run) -> Void)? = nil
  ) {
    (self.run, self.request, self.source, self.onUpdate) = (run, request, source, onUpdate)
  }

  /// Runs every stage and takes note of how it ended.
  mutating func runToEnd(earlier: Run?) {
    do {
      try performStages(earlier: earlier)
      try answerOtherQuestions()
      update { $0.stage = .done }
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
  mutating func complete(earlier: Run? = nil) throws {
    try performStages(earlier: earlier)
    update { $0.stage = .done }
  }

  /// The same, without saying that it is the end.
  mutating func performStages(earlier: Run?) throws {
    letWait(beside: earlier)
    for stage in source.stages(for: request) { try perform(stage, earlier: earlier) }
  }

  /// Runs one stage, and adds the seconds that it took.
  mutating func perform(_ stage: RunStage, earlier: Run? = nil) throws {
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
    if let time = StageTimes.time(of: stage, hasModel: run.hasModel) {
      run.seconds[keyPath: time] += (ContinuousClock.now - start) / .seconds(1)
    }
  }

  /// The full cache's result, if it was wanted, then each policy's at each budget, or why there is none.
  var results: [Result<PolicyResult, Unavailable>] {
    (run.full.map { [.success($0)] } ?? [])
      + wanted(request.policies).compactMap { wanted in
        run.results.first { $0.policy == wanted.policy && $0.budget == wanted.budget }.map { .success($0) }
          ?? run.unavailable.first { $0.policy == wanted.policy && $0.budget == wanted.budget }.map {
            .failure($0)
          }
      }
  }

  mutating func update(_ change: (inout Run) -> Void) {
    change(&run)
    onUpdate?(run)
  }

  /// A step that only whoever watches wants: copies of what still grows would cost a run that nobody watches.
  mutating func report(_ change: (inout Run) -> Void) {
    if onUpdate != nil { update(change) }
  }

  /// Some policies at every budget, budgets of a policy together.
  func wanted(_ policies: [Policy]) -> [BudgetedPolicy] {
    policies.flatMap { policy in request.budgets.map { BudgetedPolicy(policy: policy, budget: $0) } }
  }

  /// Goes on with a finished run: decoding on its recording, and nothing that it has is made anew.
  mutating func resume() {
    guard let recording = run.recording else { return }
    reuse = RunReuse(run, for: run)
    greedy = source.decoding(
      recording, endTokens: request.endTokens, question: run.prompt.laterQuestion?.ids ?? [],
      referenceLogits: run.referenceLogits, referenceTokens: run.full?.answer.tokens ?? [])
  }

  /// Leaves out, until somebody looks at them, the policies whose choice takes long.
  private mutating func letWait(beside earlier: Run?) {
    guard request.watched != nil else { return }
    let known = earlier.flatMap { source.canReuse($0, for: request) ? $0 : nil }
    let passes = earlier.map(run.passes(knownBy:)) ?? [:]
    let waiting = WaitingPolicies.of(
      request, shape: source.shape, passes: Set(passes.keys),
      earlier: known?.earlierScores.map(\.scores) ?? [], leastWork: source.leastWaitingWork)
    guard !waiting.isEmpty else { return }
    request.waiting = Set(waiting)
    update { $0.waiting = waiting }
  }

  private mutating func prefill(earlier: Run?) throws {
    let known = earlier.flatMap { source.canReuse($0, for: request) ? $0.recording : nil }
    if known != nil, let earlier {
      run.prefillReports = earlier.prefillReports
      run.gateScores = earlier.gateScores
      reuse = RunReuse(earlier, for: run)
      let own = run.prompt.laterQuestion
      run.answered = RunReuse.answered(earlier, for: run).filter { $0.tokens != own }
    } else if let earlier, earlier.isRemembered, earlier.prompt.asksTheSame(as: run.prompt),
      earlier.settings.answerLimit == run.settings.answerLimit
    {
      reuse = RunReuse(remembered: earlier)
    }
    let recording = try known ?? passPrompt(after: shared(with: earlier))
    greedy = source.decoding(
      recording, endTokens: request.endTokens, question: run.prompt.laterQuestion?.ids ?? [],
      referenceLogits: reuse.full?.logits ?? [],
      referenceTokens: reuse.full?.lane.answer.tokens ?? [])
    let recorded = source.recordedAnswer
    update { run in
      run.recording = recording
      if let recorded {
        run.full = PolicyResult.full(recording)
        run.full?.answer = recorded.answer
        run.decodeQueries = recorded.queries
      }
      if let earlier { run.passes = run.passes(knownBy: earlier) }
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
      run.gateScores = $0
    }
  }

  /// The beginning that an earlier prompt has in common with this one: another question need not pass the
  /// text again.
  private func shared(with earlier: Run?) -> RecordedPrefix? {
    guard let earlier, let recording = earlier.recording, earlier.modelName == run.modelName else {
      return nil
    }
    let same = zip(earlier.prompt.tokens, run.prompt.tokens).prefix { $0.id == $1.id }
    return RecordedPrefix(recording, count: same.count)
  }

  /// Runs the passes that policies ask for and that are not there yet; policies with the same one share it.
  private mutating func pass() throws {
    for policy in request.present {
      guard let pass = policy.pass, run.passes[pass] == nil else { continue }
      let state = self
      let measured = try state.replay(pass) { progress in update { $0.stage = .pass(progress) } }
      update { $0.passes[pass] = measured }
    }
  }

  /// What a pass of the prompt measures.
  func replay(_ pass: ContextPass, onProgress: (PrefillProgress) -> Void = { _ in }) throws
    -> ReplayedAttention?
  {
    guard let recording = run.recording else { return nil }
    let replays = pass.replays(of: run.prompt.tokens.map(\.id), run.prompt.repetition)
    return try source.replay(replays, over: recording, onProgress: onProgress)
  }

  /// Decodes the answers that are not known yet from the prefill's logits: LAQ's pseudo tokens are gone.
  private mutating func answer() throws {
    guard let greedy else { return }
    let open = sharingCaches(
      run.results.indices.filter { !run.results[$0].answer.isComplete(limit: request.answerLimit) })
    var lanes = open.map {
      greedy.lane(run.results[$0[0]], limit: request.answerLimit, needsAnswer: request.needsAnswer)
    }
    func take(_ lanes: [GreedyDecoding.Lane], _ run: inout Run) {
      for (indices, lane) in zip(open, lanes) {
        for index in indices {
          (run.results[index].answer, run.results[index].followed) = (lane.continuation, lane.followed)
        }
      }
    }
    // Of policies that nobody looks at the answers are enough for now.
    let followsReference = request.parts.contains(.comparison) && !greedy.referenceLogits.isEmpty
    let followed = open.map { $0.contains { request.isWatched(run.results[$0].policy) } }
    try greedy.run(&lanes, following: followsReference ? followed : []) { step in
      report { $0.stage = .question(step: step) }
    } onStep: { step, lanes in
      report {
        $0.stage = .decode(step: step)
        take(lanes, &$0)
      }
    } onFollow: { step in
      report { $0.stage = .follow(step: step) }
    }
    take(lanes, &run)
  }

  /// Results of which each group needs one lane, as their caches are equal and stay so.
  private func sharingCaches(_ indices: [Int]) -> [[Int]] {
    var groups: [[Int]] = []
    for index in indices {
      if let same = groups.firstIndex(where: { run.results[$0[0]].decodes(as: run.results[index]) }) {
        groups[same].append(index)
      } else {
        groups.append([index])
      }
    }
    return groups
  }

  /// Feeds the full cache's answer to the cache of every policy that is looked at and answers otherwise, so
  /// that each of its tokens can be compared. Most have been compared while they were answered on; the others were so many, or
  /// have their answers from an earlier run that was stopped then.
  private mutating func compare() throws {
    guard let greedy, let full = run.full, !greedy.referenceLogits.isEmpty else { return }
    let open = sharingCaches(run.uncompared(request.watched))
    // An end token was no token of the answer, but its step is compared, too.
    let limit = full.answer.steps.count
    var lanes = open.map { greedy.lane(run.results[$0[0]], limit: limit, script: full.answer.tokens) }
    try greedy.run(&lanes) { step in
      report { $0.stage = .question(step: step) }
    } onStep: { step, _ in
      update { $0.stage = .follow(step: step) }
    }
    for (indices, lane) in zip(open, lanes) {
      for index in indices { run.results[index].followed = lane.continuation }
    }
  }

  /// Ends the run where it was cancelled. Of what a model computed, a person sees what the policies with a
  /// window make: they cost milliseconds, and need no further token.
  private mutating func stop(with partial: Recording? = nil) {
    if run.hasModel, let recording = partial ?? run.recording, run.results.isEmpty {
      run.recording = recording
      run.decodeMass = partial == nil ? try? attentionMass(stopsWhenCancelled: false) : nil
      (lookaheads, run.unavailable, run.waiting) = ([:], [], [])
      for wanted in wanted(request.policies) {
        let policy = wanted.policy
        if request.observedTokens(policy) == nil || policy.pass.map({ run.passes[$0] == nil }) == true {
          run.unavailable.append(
            Unavailable(policy: policy, budget: wanted.budget, reason: "not computed: stopped before"))
        } else {
          try? evict(wanted, stopsWhenCancelled: false)
        }
      }
    }
    update { $0.stage = .cancelled }
  }
}
