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
    let heads = scores.layers.indices.flatMap { layer in
      scores.layers[layer].indices.map { (layer: layer, head: $0, count: count(layer, $0)) }
    }
    var kept = [[Int]](repeating: [], count: heads.count)
    kept.withUnsafeMutableBufferPointer { kept in
      inParallel(count: heads.count) { index in
        let (layer, head, count) = heads[index]
        kept[index] = select(
          from: scores.layers[layer][head], protected: scores.protected(layer: layer, head: head), budget: count)
      }
    }
    var start = 0
    return scores.layers.map { layer in
      defer { start += layer.count }
      return Array(kept[start..<start + layer.count])
    }
  }

  /// One head's kept positions.
  static func select(from scores: [Float], protected: [Int], budget: Int) -> [Int] {
    guard budget < scores.count else { return Array(scores.indices) }
    guard budget > protected.count else { return Array(protected.suffix(max(0, budget))) }
    return (protected + best(budget - protected.count, of: scores, without: protected)).sorted()
  }

  /// The positions of a head's largest scores, ascending, without some of them; a score that is no number is the least.
  ///
  /// Cost: a sort of the scores.
  static func best(_ count: Int, of scores: [Float], without excluded: [Int]) -> [Int] {
    var isFree = [Bool](repeating: true, count: scores.count)
    for position in excluded { isFree[position] = false }
    func value(_ position: Int) -> Float { scores[position].isNaN ? -.infinity : scores[position] }
    let free = scores.indices.filter { isFree[$0] }
    guard count < free.count else { return free }
    guard count > 0 else { return [] }
    var sorted = free.map(value)
    sorted.sort(by: >)
    let last = sorted[count - 1]
    // Of those that equal the last one, the lowest positions stay.
    var ties = count - (sorted.firstIndex(of: last) ?? 0)
    return free.filter { position in
      guard value(position) == last else { return value(position) > last }
      ties -= 1
      return ties >= 0
    }
  }
}
