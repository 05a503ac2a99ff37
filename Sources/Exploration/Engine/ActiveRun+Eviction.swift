import Eviction
import Transformer

extension ActiveRun {
  /// Adds what some policies keep, or the reasons why there is nothing.
  mutating func evict(_ policies: [Policy]) throws {
    guard let recording = run.recording else { return }
    for wanted in wanted(policies) {
      try Task.checkCancellation()
      if !run.hasModel {
        update {
          $0.stage = .reading(
            policy: wanted.policy, index: $0.results.count + $0.unavailable.count,
            of: $0.settings.policies.count)
        }
      }
      if let key = wanted.lookahead(recording, request.granularity), lookaheads[key] == nil {
        lookaheads[key] = try recordedLookahead(key)
      }
      try evict(wanted)
    }
    showRemembered()
    if run.figures == nil, request.parts.contains(.figures) {
      run.figures = reuse.figures(for: run.results)
    }
  }

  /// What a file remembers of a policy that waits is seen until it is made again.
  private mutating func showRemembered() {
    let known = reuse.remembered(run.waiting, beside: run.full?.answer).filter { known in
      !run.results.contains { $0.policy == known.policy }
    }
    guard !known.isEmpty else { return }
    update { run in
      run.results += known
      run.sortResults()
    }
  }

  /// Adds what a policy keeps at a budget, or the reason why there is nothing.
  mutating func evict(_ wanted: BudgetedPolicy, stopsWhenCancelled: Bool = true) throws {
    guard let recording = run.recording else { return }
    if let error = wanted.policy.draft.flatMap({ draftErrors[$0] }) {
      refuse(wanted, String(describing: error))
      return
    }
    do {
      let lane = try result(of: wanted, recording, stopsWhenCancelled: stopsWhenCancelled)
      update { run in
        run.results.removeAll { $0.policy == lane.policy && $0.budget == lane.budget }
        run.results.append(lane)
        run.sortResults()
      }
    } catch let error as EvidenceError {
      refuse(wanted, String(describing: error))
    } catch let error as BudgetError {
      refuse(wanted, String(describing: error))
    }
  }

  private mutating func refuse(_ wanted: BudgetedPolicy, _ reason: String) {
    update {
      $0.unavailable.append(Unavailable(policy: wanted.policy, budget: wanted.budget, reason: reason))
    }
  }

  private mutating func result(
    of wanted: BudgetedPolicy, _ recording: Recording, stopsWhenCancelled: Bool
  ) throws -> PolicyResult {
    let budget = try wanted.tokens(recording, request.granularity)
    let lookahead = wanted.lookahead(recording, request.granularity).flatMap { lookaheads[$0] }
    if var same = reuse.lane(wanted.policy, budget: budget, lookahead: lookahead) {
      same.agreement = same.agreement ?? agreement(same.kept, of: same.policy, budget)
      same.recallCeiling = same.recallCeiling ?? recallCeiling(of: same)
      return same
    }
    let earlier = knownScores.first {
      wanted.policy.sharesScores(
        with: [$0.scores], facts: run.prompt.facts(budget: budget.tokens), granularity: request.granularity,
        tokenCount: recording.tokenCount)
    }
    let start = ContinuousClock.now
    let (kept, scores) = try wanted.policy.evict(
      run.evidence(recording, lookahead: lookahead?.queries, output: source.output), budget: budget,
      granularity: request.granularity, earlier: earlier.map { [$0.scores] } ?? [],
      stopsWhenCancelled: stopsWhenCancelled, onProgress: scoring(wanted.policy))
    // What a choice costs does not become less because its scores were there.
    let seconds = max((ContinuousClock.now - start) / .seconds(1), earlier?.seconds ?? 0)
    lastScores = EarlierScores(
      scores, of: wanted.policy, facts: run.prompt.facts(budget: budget.tokens)
    ).map { ($0, seconds) }
    let choice = ChoiceFigures(
      wanted.policy, kept: kept, scores: scores, facts: run.prompt.facts(budget: budget.tokens),
      pseudoCount: lookahead?.pseudo.tokens.count, isFallback: lookahead?.isFallback ?? false,
      answerLimit: request.answerLimit)
    var result = PolicyResult(
      policy: wanted.policy, budget: wanted.budget, tokenBudget: budget, kept: kept,
      scores: try keeping(scores, of: wanted.policy), lookahead: lookahead,
      agreement: agreement(kept, of: wanted.policy, budget))
    result.choice = choice
    result.evictionSeconds = seconds
    result.recallCeiling = recallCeiling(of: result)
    (result.answer, result.followed) = reuse.answers(of: result, beside: run.full?.answer)
    return result
  }

  /// Tells how far a policy has come that takes long.
  private func scoring(_ policy: Policy) -> ((Int, Int) -> Void)? {
    guard policy.readsWholeMatrix, run.hasModel, let onUpdate else { return nil }
    let shown = run
    return { head, count in onUpdate(shown.at(.scoring(policy: policy, head: head, of: count))) }
  }

  /// Scores that other choices of the prompt have left.
  private var knownScores: [(scores: EarlierScores, seconds: Double)] {
    (lastScores.map { [$0] } ?? []) + run.earlierScores + reuse.scores
  }

  private func agreement(_ kept: KeptTokens, of policy: Policy, _ budget: TokenBudget) -> [[Agreement]]? {
    run.decodeMass.map { kept.agreement(withMass: $0, budget: policy.comparedCount(kept, budget)) }
  }

  /// The scores, if they are wanted or a cache that is reduced while it grows goes on from them. Those of a
  /// trace's long prompt lie in a file.
  private func keeping(_ scores: ScoreTable?, of policy: Policy) throws -> ScoreTable? {
    guard request.parts.contains(.scores) || policy.evictsWhileDecoding else { return nil }
    return run.hasModel ? scores : try scores?.spilled()
  }

  /// Sums the attention that the full cache's decode queries give each prompt token, and says how much of it
  /// the kept sets cover.
  mutating func measureAgreement() throws {
    guard let mass = try reuse.full?.mass ?? attentionMass() else { return }
    update { run in
      run.decodeMass = mass
      for index in run.results.indices where run.results[index].agreement == nil {
        let result = run.results[index]
        run.results[index].agreement = result.kept.agreement(
          withMass: mass, budget: result.policy.comparedCount(result.kept, result.tokenBudget))
      }
    }
    for index in run.results.indices where run.results[index].recallCeiling == nil {
      run.results[index].recallCeiling = recallCeiling(of: run.results[index])
    }
  }

  /// The ceiling of a result's recall, computed once for results of as many tokens.
  private mutating func recallCeiling(of result: PolicyResult) -> Double? {
    guard let mass = run.decodeMass else { return nil }
    let budget = result.policy.comparedCount(result.kept, result.tokenBudget)
    if let known = recallCeilings[budget] { return known }
    let ceiling = mass.recallCeiling(request.granularity, shape: result.kept.shape, budget: budget)
    recallCeilings[budget] = ceiling
    return ceiling
  }

  /// `[layer][queryHead][token]`; `nil` without decode queries.
  func attentionMass(stopsWhenCancelled: Bool = true) throws -> HeadTable? {
    guard let recording = run.recording, let decode = run.decodeQueries, decode.count > 0 else {
      return nil
    }
    return try HeadTable.decodeMass(
      Evidence(recording: recording, decode: decode), stopsWhenCancelled: stopsWhenCancelled)
  }

  /// Computes the figures of the heads, unless they are there for every window and lookahead, and the errors
  /// of the results that have none.
  mutating func measureHeads() throws {
    if run.figures?.cover(run) != true {
      update { $0.stage = .measure }
      run.figures = try HeadFigures(run)
    }
    let open = run.results.indices.filter { run.results[$0].outputErrors == nil }
    guard let recording = run.recording, let decode = run.decodeQueries, !open.isEmpty else { return }
    update { $0.stage = .measure }
    let errors = try OutputErrors.measure(recording, decode: decode, of: open.map { run.results[$0].kept })
    for (index, errors) in zip(open, errors ?? []) { run.results[index].outputErrors = errors }
  }
}

extension Policy {
  /// Tokens per head that its kept set is measured against: the budget's, of a file's choice those that it
  /// has.
  func comparedCount(_ kept: KeptTokens, _ budget: TokenBudget?) -> Int {
    map?.meanCount ?? budget?.tokens ?? kept.tokenCount
  }
}
