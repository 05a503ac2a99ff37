/// Heads that compete for tokens: how many each wins when all their scores are ranked together.
enum Competition {
  /// Counts the winners of each head.
  ///
  /// Ties go to the earlier head, and in a head to the lower position: kvpress leaves them open.
  /// Cost: a few passes over all scores.
  /// - Parameters:
  ///   - winners: how many scores win in all; more than there are: all.
  ///   - heads: each head's scores in any order.
  static func counts(winners: Int, among heads: [[Float]]) -> [Int] {
    let orders = heads.map { $0.map(Selection.order) }
    let all = Array(orders.joined())
    guard winners < all.count else { return heads.map(\.count) }
    guard winners > 0 else { return heads.map { _ in 0 } }
    let last = Selection.largest(winners, of: all)
    var counts = orders.map { head in head.count { $0 > last } }
    var ties = winners - counts.reduce(0, +)
    for (index, head) in orders.enumerated() where ties > 0 {
      let won = min(ties, head.count { $0 == last })
      counts[index] += won
      ties -= won
    }
    return counts
  }
}

extension ScoreTable {
  /// The scores of a head that are not protected, without its best ones.
  func contenders(layer: Int, head: Int, withoutBest count: Int) -> [Float] {
    var isFree = [Bool](repeating: true, count: tokenCount)
    for position in protected { isFree[position] = false }
    if count > 0 {
      for position in Selection.best(count, of: layers[layer][head], without: protected) {
        isFree[position] = false
      }
    }
    return layers[layer][head].indices.compactMap { isFree[$0] ? layers[layer][head][$0] : nil }
  }
}
