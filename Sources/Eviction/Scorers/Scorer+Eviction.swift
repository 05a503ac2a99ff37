import Transformer

extension Scorer {
  /// Chooses what to keep by this scorer, which no registry needs to know.
  /// - Parameters:
  ///   - budget: kept tokens per layer and head, protected ones included.
  ///   - rest: an allocation and wrappers as they stand behind a scorer in a policy's name, such as
  ///     `/ada+critical`; `+rerotate` and `+decode`, which change what becomes of kept tokens, change nothing
  ///     here.
  /// - Returns: the kept sets, and the scores behind them.
  /// - Throws: `PolicyNameError` for the rest; `EvidenceError` when something is needed and missing.
  package func evict(
    _ evidence: Evidence, budget: Int, granularity: Granularity = .kvHead, under rest: String = ""
  ) throws -> (kept: KeptTokens, scores: ScoreTable) {
    // Every scorer has the same rest: which one stands before it in the name does not matter.
    let policy = try Policy(parsing: "streaming" + rest)
    let recording = evidence.recording
    let tokenBudget = TokenBudget(tokens: budget, tokenCount: recording.tokenCount)
    let observed = try resolved(for: evidence.facts(budget: tokenBudget.tokens)).observedTokens
    guard recording.covers(observed) else {
      throw EvidenceError.queriesNotRecorded(
        policy: "\(Self.self)", wanted: observed,
        recorded: recording.tokenCount - recording.firstQueryPosition)
    }
    let (positions, scores) = try policy.choose(
      by: self, evidence, budget: tokenBudget, granularity: granularity, stopsWhenCancelled: true)
    let kept = KeptTokens(
      shape: recording.shape, granularity: granularity, tokenCount: recording.tokenCount, positions: positions
    )
    return (kept, scores)
  }
}
