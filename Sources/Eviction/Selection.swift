import Transformer

/// The last step of every policy: from scores and budgets to kept positions.
public enum Selection {
  /// Keeps the protected positions and the best others of each head, ascending.
  ///
  /// Ties go to the lower position (torch leaves them open). Where a head's budget is smaller than the
  /// protected set, the newest of it are kept: a budget is never exceeded. With a budget of at least
  /// the prompt's length everything is kept (the reference says `n < B`; at `n = B` both keep all).
  public static func keep(
    _ scores: ScoreTable, budgets: [[Int]], shape: ModelShape
  ) -> KeptTokens {
    let positions = zip(scores.layers, budgets).map { heads, budgets in
      zip(heads, budgets).map { select(from: $0, protected: scores.protected, budget: $1) }
    }
    return KeptTokens(
      shape: shape, granularity: scores.granularity, tokenCount: scores.tokenCount,
      positions: positions)
  }

  /// One head's kept positions.
  static func select(from scores: [Float], protected: [Int], budget: Int) -> [Int] {
    guard budget < scores.count else { return Array(scores.indices) }
    guard budget > protected.count else { return Array(protected.suffix(max(0, budget))) }
    let isProtected = Set(protected)
    let best = scores.indices.lazy.filter { !isProtected.contains($0) }.sorted {
      scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
    }.prefix(budget - protected.count)
    return (protected + best).sorted()
  }
}
