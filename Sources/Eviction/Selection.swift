import Transformer

/// The last step of every policy: from scores and budgets to kept positions.
public enum Selection {
  /// Keeps the protected positions and the best others of each head, ascending.
  ///
  /// Ties go to the lower position (torch leaves them open). Where a head's budget is smaller than the
  /// protected set, the newest of it are kept: a budget is never exceeded. With a budget of at least
  /// the prompt's length everything is kept (the reference says `n < B`; at `n = B` both keep all).
  /// - Parameter count: tokens of a layer and head.
  static func keep(_ scores: ScoreTable, count: (_ layer: Int, _ head: Int) -> Int) -> [[[Int]]] {
    scores.layers.indices.map { layer in
      scores.layers[layer].indices.map { head in
        select(
          from: scores.layers[layer][head], protected: scores.protected(layer: layer, head: head),
          budget: count(layer, head))
      }
    }
  }

  /// One head's kept positions.
  static func select(from scores: [Float], protected: [Int], budget: Int) -> [Int] {
    guard budget < scores.count else { return Array(scores.indices) }
    guard budget > protected.count else { return Array(protected.suffix(max(0, budget))) }
    return (protected + best(of: scores, without: protected).prefix(budget - protected.count)).sorted()
  }

  /// A head's positions from the largest score on, without some of them.
  static func best(of scores: [Float], without excluded: [Int]) -> [Int] {
    let isExcluded = Set(excluded)
    return scores.indices.lazy.filter { !isExcluded.contains($0) }.sorted {
      scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
    }
  }
}
