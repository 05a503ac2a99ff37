/// Heads that compete for tokens: how many each wins when all their scores are ranked together.
enum Competition {
  /// Counts the winners of each head.
  ///
  /// Ties go to the earlier head, and in a head to the lower position: kvpress leaves them open.
  /// Cost: one sort of all scores.
  /// - Parameters:
  ///   - winners: how many scores win in all; more than there are: all.
  ///   - heads: each head's scores in any order.
  static func counts(winners: Int, among heads: [[Float]]) -> [Int] {
    let all = heads.joined().sorted(by: >)
    guard winners < all.count else { return heads.map(\.count) }
    guard winners > 0 else { return heads.map { _ in 0 } }
    let last = all[winners - 1]
    var counts = heads.map { head in head.count { $0 > last } }
    var ties = winners - counts.reduce(0, +)
    for (index, head) in heads.enumerated() where ties > 0 {
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
    let isProtected = Set(protected)
    let free = layers[layer][head].enumerated().compactMap { isProtected.contains($0) ? nil : $1 }
    return count > 0 ? Array(free.sorted(by: >).dropFirst(count)) : free
  }
}
