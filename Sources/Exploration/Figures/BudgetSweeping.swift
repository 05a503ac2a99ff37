import Eviction
import Transformer

/// What is needed to sweep: the recording and its decode queries.
struct BudgetSweeping {
  private let run: Run
  private let recording: Recording
  /// `nil` where the true answer is empty.
  private let mass: HeadTable?
  private let source: any RunSource

  /// `nil` until the full cache has answered.
  init?(_ run: Run, source: any RunSource) {
    guard source.isOpen, let recording = run.recording, run.full != nil else { return nil }
    self.run = run
    self.recording = recording
    mass = run.decodeMass
    self.source = source
  }

  /// Adds the missing points of some policies to a sweep, one policy after the other, until the task is
  /// cancelled.
  func sweep(_ keys: [BudgetSweep.Key], into sweep: BudgetSweep, onUpdate: (BudgetSweep) -> Void)
    -> BudgetSweep
  {
    var sweep = sweep
    // Answers take longer: what is kept is seen first.
    for (key, answers) in keys.map({ ($0, false) }) + keys.map({ ($0, true) })
    where sweep.unavailable[key] == nil {
      do {
        if answers {
          try addAnswers(key, to: &sweep, onUpdate: onUpdate)
        } else if let mass {
          try add(key, mass, to: &sweep, onUpdate: onUpdate)
        }
      } catch is CancellationError {
        return sweep
      } catch is PrefillInterrupted {
        return sweep
      } catch {
        sweep.refuse(key, String(describing: error))
        onUpdate(sweep)
      }
    }
    return sweep
  }

  /// Adds what a policy keeps where it is missing.
  private func add(
    _ key: BudgetSweep.Key, _ mass: HeadTable, to sweep: inout BudgetSweep, onUpdate: (BudgetSweep) -> Void
  ) throws {
    let known = Set(sweep.points(key).filter { $0.massRecall != nil }.map(\.budget))
    let budgets = BudgetSweep.budgets(key, of: run).filter { !known.contains($0) }
    let lookaheads = try lookaheads(key, budgets)
    for (index, budget) in budgets.enumerated() {
      try Task.checkCancellation()
      let kept = try evict(key, budget: budget, lookahead: lookaheads?[index])
      sweep.add(point(kept, mass, budget: budget), to: key)
      onUpdate(sweep)
    }
  }

  private func evict(_ key: BudgetSweep.Key, budget: Int, lookahead: QueryRows? = nil) throws -> KeptTokens {
    let evidence = run.evidence(recording, lookahead: lookahead, output: source.output)
    return try key.policy.evict(
      evidence, budget: budget, granularity: key.granularity, earlier: run.earlierScores.map(\.scores)
    ).kept
  }

  /// The queries of a policy's pseudo tokens at some budgets; `nil` for a policy without.
  ///
  /// They are decoded anew on each budget's own cheap cache, all in one pass. What a trace's model would
  /// decode is not known: the recorded rows stand for it.
  private func lookaheads(_ key: BudgetSweep.Key, _ budgets: [Int]) throws -> [QueryRows]? {
    guard let lookahead = key.policy.lookahead else { return nil }
    let decoding = source.decoding(
      recording, endTokens: [], question: [], referenceLogits: [], referenceTokens: [])
    let answer = run.answerRows(run.settings.answerLimit)
    if lookahead.source == .truth {
      let rows = answer?.queries.prefix(lookahead.tokenCount)
      return budgets.map { _ in rows ?? QueryRows(shape: recording.shape) }
    }
    guard let greedy = decoding else {
      return budgets.map { budget in
        source.recordedLookahead(
          lookahead, facts: run.prompt.facts(budget: budget), granularity: key.granularity)?
          .queries.prefix(lookahead.tokenCount) ?? QueryRows(shape: recording.shape)
      }
    }
    // On the full cache the same is decoded whatever the budget.
    let works = try (lookahead.hasCheapCache ? budgets : Array(budgets.prefix(1))).map { budget in
      let cheap = try lookahead.cheap.evict(
        run.evidence(recording, output: source.output), budget: budget, granularity: key.granularity
      ).kept
      return try LookaheadWork(
        lookahead, cheap: cheap, prompt: run.prompt.tokens.map(\.id), by: greedy, source: source)
    }
    let rows = try greedy.lookaheads(works, answer: answer).map(\.queries)
    return budgets.indices.map { rows[min($0, rows.count - 1)] }
  }

  private func point(_ kept: KeptTokens, _ mass: HeadTable, budget: Int) -> BudgetSweep.Point {
    let agreements = kept.agreement(withMass: mass, budget: budget).flatMap { $0 }
    let count = Double(max(1, agreements.count))
    return BudgetSweep.Point(
      budget: budget, recall: agreements.reduce(0) { $0 + $1.recall } / count,
      massRecall: agreements.reduce(0) { $0 + $1.massRecall } / count)
  }

  // MARK: Answers

  /// Adds what a policy says where it is missing: the answers of several budgets together, one pass over the
  /// weights for a token of all.
  private func addAnswers(
    _ key: BudgetSweep.Key, to sweep: inout BudgetSweep, onUpdate: (BudgetSweep) -> Void
  ) throws {
    guard run.hasModel else { return }
    let known = Set(sweep.points(key).filter { $0.answer != nil }.map(\.budget))
    let missing = BudgetSweep.budgets(key, of: run).filter { !known.contains($0) }
    for budgets in Self.batches(missing, tokenCount: recording.tokenCount) {
      try Task.checkCancellation()
      for (budget, result) in zip(budgets, try results(key, budgets)) {
        let point = BudgetSweep.Point(
          budget: budget, recall: nil, massRecall: nil,
          answer: result.map { BudgetSweep.Answer($0, of: run) } ?? BudgetSweep.Answer())
        sweep.add(point, to: key)
      }
      onUpdate(sweep)
    }
  }

  /// Budgets in their order, in parts: their caches together hold no more tokens than the prompt.
  static func batches(_ budgets: [Int], tokenCount: Int) -> [[Int]] {
    var batches: [[Int]] = []
    var held = 0
    for budget in budgets {
      held += budget
      if let last = batches.indices.last, held <= tokenCount, batches[last].count < Decoder.lanesOfAPass / 2 {
        batches[last].append(budget)
      } else {
        batches.append([budget])
        held = budget
      }
    }
    return batches
  }

  /// What a policy makes of the prompt at some budgets, answers included; nothing where it lacks something.
  private func results(_ key: BudgetSweep.Key, _ budgets: [Int]) throws -> [PolicyResult?] {
    var settings = run.settings
    (settings.policies, settings.granularity) = ([key.policy], key.granularity)
    var request = RunRequest(run.prompt, settings)
    request.budgets = budgets.map(Budget.tokens)
    request.parts = [.answers, .comparison]
    // A prefill for larger windows would take longer than everything else.
    guard source.canReuse(run, for: request) else { return budgets.map { _ in nil } }
    var active = ActiveRun(run.anew(settings), request, by: source)
    try active.performStages(earlier: run)
    return budgets.map { budget in
      active.run.results.first { $0.budget == .tokens(budget) }
    }
  }
}
