import HeapModule

/// Byte-pair encoding of one piece: the pair of the lowest rank merges first, the leftmost of equals.
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

  /// Up to this many symbols the best pair is searched for, which needs no memory.
  private static let shortCount = 48

  /// Merges until no pair is left that has a rank.
  func merge(_ symbols: inout [Symbol]) {
    if symbols.count <= Self.shortCount { mergeShort(&symbols) } else { mergeLong(&symbols) }
  }

  private func merge(of left: Symbol, _ right: Symbol) -> Merge? {
    merges[Pair(left: left.id, right: right.id)]
  }

  private func mergeShort(_ symbols: inout [Symbol]) {
    guard symbols.count > 1 else { return }
    // The merge of each symbol with the next.
    var pairs = zip(symbols, symbols.dropFirst()).map { merge(of: $0, $1) }
    while true {
      var best: (index: Int, merge: Merge)?
      for (index, pair) in pairs.enumerated() {
        if let pair, pair.rank < best?.merge.rank ?? .max { best = (index, pair) }
      }
      guard let (index, merge) = best else { return }
      symbols[index] = Self.joined(symbols[index], symbols[index + 1], id: merge.result)
      symbols.remove(at: index + 1)
      pairs.remove(at: index)
      if index > 0 { pairs[index - 1] = self.merge(of: symbols[index - 1], symbols[index]) }
      if index < pairs.count { pairs[index] = self.merge(of: symbols[index], symbols[index + 1]) }
    }
  }

  private static func joined(_ left: Symbol, _ right: Symbol, id: Int) -> Symbol {
    Symbol(id: id, byteRange: left.byteRange.lowerBound..<right.byteRange.upperBound)
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

  /// A linked list under a heap of candidates, `n log n`: a tokenizer may hand over the whole text as one
  /// piece.
  private func mergeLong(_ symbols: inout [Symbol]) {
    var nodes = symbols.indices.map {
      Node(symbol: symbols[$0], previous: $0 - 1, next: $0 + 1 < symbols.count ? $0 + 1 : -1)
    }
    var candidates = Heap<Candidate>()
    func consider(_ left: Int, _ right: Int) {
      guard left >= 0, right >= 0, let merge = merge(of: nodes[left].symbol, nodes[right].symbol) else {
        return
      }
      let pair = Pair(left: nodes[left].symbol.id, right: nodes[right].symbol.id)
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
      nodes[best.left].symbol = Self.joined(
        nodes[best.left].symbol, nodes[best.right].symbol, id: best.result)
      nodes[best.right].isAlive = false
      let next = nodes[best.right].next
      nodes[best.left].next = next
      if next >= 0 { nodes[next].previous = best.left }
      consider(nodes[best.left].previous, best.left)
      consider(best.left, next)
    }
    symbols = nodes.filter(\.isAlive).map(\.symbol)
  }
}
