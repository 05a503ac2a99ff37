import Transformer

extension Policy {
  /// Chooses what to keep, for a budget in tokens.
  /// - Parameters:
  ///   - budget: kept tokens per layer and head, protected ones included.
  ///   - earlier: scores of earlier choices of the same evidence, which are not computed again.
  ///   - stopsWhenCancelled: whether a cancellation of the current task is honoured.
  ///   - onProgress: called now and then with the heads that are scored, and with all.
  /// - Returns: the kept sets, and the scores behind them (`nil` for the full cache and for a file's choice).
  /// - Throws: `EvidenceError` when queries of the prompt, the lookahead, the decoding or the output
  ///   projection are needed and missing, or a file's choice is about another prompt.
  public func evict(
    _ evidence: Evidence, budget: Int, granularity: Granularity, earlier: [EarlierScores] = [],
    stopsWhenCancelled: Bool = true, onProgress: ((Int, Int) -> Void)? = nil
  ) throws -> (kept: KeptTokens, scores: ScoreTable?) {
    try evict(
      evidence, budget: TokenBudget(tokens: budget, tokenCount: evidence.recording.tokenCount),
      granularity: granularity, earlier: earlier, stopsWhenCancelled: stopsWhenCancelled,
      onProgress: onProgress)
  }

  /// Chooses what to keep, for a budget that may have been a share of the prompt.
  ///
  /// The budget is the mean over heads. Most allocations meet it exactly; `pyramid`, `ada(style=authors)` and
  /// `chunkkv` round in their sources' ways, `simlayer` and `ratios` have numbers of their own, and so has a
  /// choice that was read from a file.
  public func evict(
    _ evidence: Evidence, budget: TokenBudget, granularity: Granularity, earlier: [EarlierScores] = [],
    stopsWhenCancelled: Bool = true, onProgress: ((Int, Int) -> Void)? = nil
  ) throws -> (kept: KeptTokens, scores: ScoreTable?) {
    let recording = evidence.recording
    if let map {
      guard map.kept.shape == recording.shape, map.kept.tokenCount == recording.tokenCount else {
        throw EvidenceError.anotherPrompt(
          policy: name, wanted: recording.tokenCount, found: map.kept.tokenCount)
      }
      return (map.kept(granularity).applying(edits), nil)
    }
    guard let scorer else {
      let everything = KeptTokens.all(
        shape: recording.shape, granularity: granularity, tokenCount: recording.tokenCount)
      return (everything.applying(edits), nil)
    }
    let facts = evidence.facts(budget: budget.tokens)
    // What a window hangs on comes first: without it nothing is known of the rows.
    _ = try scorer.resolved(for: facts)
    if evidence.lookahead == nil { _ = try lookahead?.cheap.scorer?.resolved(for: facts) }
    guard isCovered(by: evidence, facts) else {
      throw EvidenceError.queriesNotRecorded(
        policy: name, wanted: observedTokens(for: facts),
        recorded: recording.tokenCount - recording.firstQueryPosition)
    }
    let (positions, scores) = try choose(
      by: scorer, evidence, budget: budget, granularity: granularity, earlier: earlier,
      stopsWhenCancelled: stopsWhenCancelled, onProgress: onProgress)
    let kept = KeptTokens(
      shape: recording.shape, granularity: granularity, tokenCount: recording.tokenCount, positions: positions
    )
    return (kept.applying(edits), scores)
  }

  /// Chooses by any scorer under this policy's allocation and wrappers.
  func choose(
    by scorer: any Scorer, _ evidence: Evidence, budget: TokenBudget, granularity: Granularity,
    earlier: [EarlierScores] = [], stopsWhenCancelled: Bool, onProgress: ((Int, Int) -> Void)? = nil
  ) throws -> TokenChoice.Result {
    let allocation = allocation
    var choice = TokenChoice(
      policy: name, scorer: try scorer.resolved(for: evidence.facts(budget: budget.tokens)), whole: scorer,
      evidence: evidence, budget: budget, granularity: granularity, stopsWhenCancelled: stopsWhenCancelled)
    choice.onProgress = onProgress
    choice.known =
      earlier.lazy.compactMap {
        $0.table(
          for: choice.scorer, budget: budget.tokens, granularity: granularity, tokenCount: choice.tokenCount)
      }.first
    choice.safeCount = (allocation as? AdaAllocation)?.safeCount(budget: budget.tokens) ?? 0
    var grouping: Grouping?
    for wrapper in wrappers {
      switch wrapper {
      case .critical(let weighting): choice.critical = weighting
      case .grouped(let wanted): grouping = wanted
      case .rerotate, .decode: break  // what becomes of the kept tokens is the lane's part
      }
    }
    return try choice.make(allocation, grouping)
  }
}
