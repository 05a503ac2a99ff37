import Transformer

/// One eviction: scores, the budget's division, weights and groups, in the order in which they act.
struct TokenChoice {
  /// Kept positions, `[layer][head]`, and the scores behind them.
  typealias Result = (positions: [[[Int]]], scores: ScoreTable)

  /// The policy's name, for errors.
  let policy: String
  /// The scorer, its windows resolved for the budget.
  var scorer: any Scorer
  /// The same before that, from which a part of the prompt with a budget of its own begins.
  let whole: any Scorer
  let evidence: Evidence
  let budget: TokenBudget
  let granularity: Granularity
  let stopsWhenCancelled: Bool
  /// The scorer's own numbers, where an earlier choice has computed them.
  var known: ScoreTable?
  /// Hears of the heads of the whole prompt as they are scored.
  var onProgress: ((Int, Int) -> Void)?
  var critical: CriticalWeighting?
  /// Tokens per head that Ada-KV gives away to no other head.
  var safeCount = 0

  var tokenCount: Int { evidence.recording.tokenCount }

  /// - Throws: `EvidenceError`; `EvidenceError.notFinite` where a score that counts, before or after it is
  ///   weighed, is no finite number.
  func make(_ allocation: any Allocation, _ grouping: Grouping?) throws -> Result {
    let made = try chosen(allocation, grouping)
    return (made.positions, try requireFinite(made.scores))
  }

  private func chosen(_ allocation: any Allocation, _ grouping: Grouping?) throws -> Result {
    let scores = try known.map(requireFinite) ?? table(evidence, budget: budget.tokens)
    let shares = try allocation.shares(
      AllocationInput(scores: scores, budget: budget, scorer: scorer, evidence: evidence))
    let norms = try critical.map { _ in
      try CriticalWeighting.norms(
        evidence, granularity: granularity, policy: policy, stopsWhenCancelled: stopsWhenCancelled)
    }
    switch grouping {
    case nil: return choose(scores, shares, norms: norms)
    case .chunkKV(let size):
      return chunkKV(weighed(protecting(scores, shares), shares, norms: norms), shares, size: size)
    case .chunk(let size): return try chunks(shares, norms: norms, size: size)
    case .block(let size): return try blocks(scores, norms: norms, size: size)
    }
  }

  /// This choice for a part of the prompt with a budget of its own: the default window never takes more than
  /// a third of that, either.
  func resized(to budget: Int) throws -> TokenChoice {
    var copy = self
    copy.scorer = try whole.resolved(for: evidence.facts(budget: budget))
    return copy
  }

  /// Scores some evidence.
  /// - Throws: `EvidenceError.notFinite` where a score that counts is no finite number.
  func table(_ evidence: Evidence, budget: Int) throws -> ScoreTable {
    try requireFinite(
      ScoreTable(
        scorer, evidence: evidence, budget: budget, granularity: granularity,
        stopsWhenCancelled: stopsWhenCancelled, onProgress: onProgress))
  }

  private func requireFinite(_ table: ScoreTable) throws -> ScoreTable {
    guard let odd = table.firstOddScore else { return table }
    throw EvidenceError.notFinite(
      policy: policy, layer: odd.layer + 1, head: odd.head + 1, position: odd.position)
  }

  /// Weighs and selects.
  func choose(_ scores: ScoreTable, _ shares: Shares, norms: [[[Float]]]?) -> Result {
    let weighed = weighed(protecting(scores, shares), shares, norms: norms)
    return (Selection.keep(weighed) { shares.count(layer: $0, head: $1) }, weighed)
  }

  /// Layers with numbers of their own protect what the scorer protects under that number.
  private func protecting(_ scores: ScoreTable, _ shares: Shares) -> ScoreTable {
    guard case .layers(let counts) = shares, counts.contains(where: { $0 != budget.tokens }) else {
      return scores
    }
    return scores.protecting(
      counts.map { count in
        let protected = scorer.protectedPositions(
          tokenCount: scores.tokenCount, budget: min(max(0, count), scores.tokenCount))
        return Array(repeating: protected, count: scores.headCount)
      })
  }

  private func weighed(_ scores: ScoreTable, _ shares: Shares, norms: [[[Float]]]?) -> ScoreTable {
    guard let critical, let norms else { return scores }
    return critical.weigh(scores, norms: norms) { layer, head in
      let count = shares.count(layer: layer, head: head)
      // kvpress takes half of the budget before it is rounded, where there is one budget for all heads.
      let isWhole = scores.tokenCount == tokenCount && count == budget.tokens && safeCount == 0
      return min(count, max(safeCount, critical.firstCount(isWhole ? budget.exact : Double(count))))
    }
  }
}
