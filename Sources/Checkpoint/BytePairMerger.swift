import HeapModule

/// Byte-pair encoding of one piece: the pair of the lowest rank merges first, the leftmost of equals.
///
/// A linked list under a heap of candidates, `n log n`, because a SentencePiece-style tokenizer hands
/// over the whole text as one piece.
struct BytePairMerger: Sendable {
  struct Pair: Hashable, Sendable {
    let left: Int
    let right: Int
  }

  struct Merge: Sendable {
    let rank: Int
    let result: Int
  }

  /// Every merge by the pair of token ids that it joins.
  let merges: [Pair: Merge]

  /// A token and the bytes of the text that it covers.
  struct Symbol {
    var id: Int
    var byteRange: Range<Int>
  }

  private struct Node {
    var symbol: Symbol
    var previous: Int
    var next: Int
    var isAlive = true
  }

  private struct Candidate: Comparable {
    let rank: Int
    let left: Int
    let right: Int
    let pair: Pair
    let result: Int

    static func < (a: Candidate, b: Candidate) -> Bool {
      a.rank != b.rank ? a.rank < b.rank : a.left < b.left
    }
  }

  /// Merges until no pair is left that has a rank.
  func merge(_ symbols: [Symbol]) -> [Symbol] {
    guard symbols.count > 1 else { return symbols }
    var nodes = symbols.indices.map {
      Node(symbol: symbols[$0], previous: $0 - 1, next: $0 + 1 < symbols.count ? $0 + 1 : -1)
    }
    var candidates = Heap<Candidate>()
    func consider(_ left: Int, _ right: Int) {
      guard left >= 0, right >= 0 else { return }
      let pair = Pair(left: nodes[left].symbol.id, right: nodes[right].symbol.id)
      guard let merge = merges[pair] else { return }
      candidates.insert(
        Candidate(rank: merge.rank, left: left, right: right, pair: pair, result: merge.result))
    }
    for left in 0..<nodes.count - 1 { consider(left, left + 1) }
    while let best = candidates.popMin() {
      // A candidate is stale when either side has merged since.
      guard nodes[best.left].isAlive, nodes[best.right].isAlive,
        nodes[best.left].next == best.right, nodes[best.left].symbol.id == best.pair.left,
        nodes[best.right].symbol.id == best.pair.right
      else { continue }
      let (left, right) = (nodes[best.left].symbol, nodes[best.right].symbol)
      nodes[best.left].symbol = Symbol(
        id: best.result, byteRange: left.byteRange.lowerBound..<right.byteRange.upperBound)
      nodes[best.right].isAlive = false
      let next = nodes[best.right].next
      nodes[best.left].next = next
      if next >= 0 { nodes[next].previous = best.left }
      consider(nodes[best.left].previous, best.left)
      consider(best.left, next)
    }
    return nodes.filter(\.isAlive).map(\.symbol)
  }
}
