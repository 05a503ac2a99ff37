/// How the scores of the query heads that share a KV head become its own.
public enum GroupReduction: Sendable, Hashable {
  /// The mean, the rule of kvpress.
  case mean
  /// The largest: a key that one of the heads cannot do without is kept for all (KVzip).
  case max

  /// Joins the scores of some heads, which are not none, token by token, in their order.
  func apply(_ heads: ArraySlice<[Float]>) -> [Float] {
    guard self == .max else { return ScoreTable.mean(heads) }
    var largest = heads[heads.startIndex]
    for head in heads.dropFirst() {
      for index in largest.indices { largest[index] = Swift.max(largest[index], head[index]) }
    }
    return largest
  }
}
