import Transformer

extension TokenChoice {
  /// ChunkKV (Liu et al. 2025, arXiv 2502.00299): of each layer's chunks the best by mean score stay, in all
  /// its heads.
  ///
  /// A chunk's score is the mean over its tokens of the sum over heads. `max(1, Int(chunks · (1 − r)))`
  /// chunks stay, the shorter last one counted as one: the number of tokens is near the budget, not equal to
  /// it. Protected tokens have the layer's largest score and 1 more, as kvpress pads them, which usually but
  /// not certainly keeps their chunks. A prompt shorter than a chunk is reduced token by token.
  func chunkKV(_ scores: ScoreTable, _ shares: Shares, size: Int) -> Result {
    guard tokenCount >= size else {
      return (Selection.keep(scores) { shares.count(layer: $0, head: $1) }, scores)
    }
    let chunks = stride(from: 0, to: tokenCount, by: size).map { $0..<min($0 + size, tokenCount) }
    let positions = (0..<scores.layerCount).map { layer -> [[Int]] in
      let heads = scores.heads(layer: layer)
      var sums = [Float](repeating: 0, count: tokenCount)
      let largest =
        heads.indices.map { head -> Float in
          let isProtected = Set(scores.protected(layer: layer, head: head))
          return heads[head].enumerated().reduce(0) {
            isProtected.contains($1.offset) ? $0 : max($0, $1.element)
          }
        }.max() ?? 0
      for head in heads.indices {
        var padded = heads[head]
        for position in scores.protected(layer: layer, head: head) { padded[position] = largest + 1 }
        for position in sums.indices { sums[position] += padded[position] }
      }
      let means = chunks.map { sums[$0].reduce(0, +) / Float($0.count) }
      let kept = Selection.select(
        from: means, protected: [], budget: chunkCount(of: chunks.count, layer: layer, heads.count, shares))
      let tokens = kept.flatMap { Array(chunks[$0]) }
      return heads.map { _ in tokens }
    }
    return (positions, scores)
  }

  private func chunkCount(of chunks: Int, layer: Int, _ heads: Int, _ shares: Shares) -> Int {
    let total = (0..<heads).reduce(0) { $0 + min(tokenCount, shares.count(layer: layer, head: $1)) }
    if total == heads * budget.tokens { return budget.count(of: chunks) }
    return max(1, chunks * total / (heads * tokenCount))
  }

  /// kvpress' ChunkPress: every chunk is scored as if it were the whole prompt and keeps `max(1, Int(length ·
  /// (1 − r)))` of its tokens, so that the total may differ from the budget by a token per chunk.
  ///
  /// A window is then the end of each chunk. kvpress rotates a chunk's window queries by the angles of the
  /// prompt's end, and fails on a chunk that is shorter than the window; here queries keep their own
  /// rotation.
  func chunks(_ shares: Shares, norms: [[[Float]]]?, size: Int) throws -> Result {
    let heads = granularity.headCount(in: evidence.recording.shape)
    var positions = Array(
      repeating: [[Int]](repeating: [], count: heads), count: evidence.recording.shape.layerCount)
    var protected = positions
    var scores = positions.map { $0.map { _ in [Float]() } }
    for start in stride(from: 0, to: tokenCount, by: size) {
      let range = start..<min(start + size, tokenCount)
      let part = range.count == tokenCount ? evidence : evidence.gathering(chosen(range))
      let least = budget.count(of: range.count)
      let sized = try resized(to: least)
      let local = try sized.choose(
        sized.table(part, budget: least), share(of: range.count, shares),
        norms: norms?.map { $0.map { Array($0[range]) } })
      for layer in positions.indices {
        for head in 0..<heads {
          positions[layer][head] += local.positions[layer][head].map { $0 + start }
          protected[layer][head] += local.scores.protected(layer: layer, head: head).map { $0 + start }
          scores[layer][head] += local.scores.scores(layer: layer, head: head)
        }
      }
    }
    return (
      positions,
      ScoreTable(
        granularity: granularity, layers: scores, protected: [], tokenCount: tokenCount,
        protectedByHead: protected)
    )
  }

  /// The same tokens in every stored head.
  private func chosen(_ range: Range<Int>) -> [[[Int]]] {
    let shape = evidence.recording.shape
    let heads = Array(repeating: Array(range), count: shape.kvHeadCount)
    return Array(repeating: heads, count: shape.layerCount)
  }

  /// The shares of a chunk, as a prompt's part rounded down, at least one token.
  private func share(of length: Int, _ shares: Shares) -> Shares {
    func part(_ count: Int) -> Int {
      count == budget.tokens ? budget.count(of: length) : max(1, length * min(count, tokenCount) / tokenCount)
    }
    return switch shares {
    case .layers(let counts): .layers(counts.map(part))
    case .heads(let counts): .heads(counts.map { $0.map(part) })
    }
  }

  /// kvpress' BlockPress: begins with the first B tokens, adds block after block, scores what is there as if
  /// it were the whole prompt, and keeps the best B.
  ///
  /// The scores that are shown are those under which a token was last looked at. Where a scorer looks at
  /// queries they are those of the same tokens; kvpress cuts hidden states apart head by head, which has a
  /// meaning only for scorers that do not look at them.
  func blocks(_ whole: ScoreTable, norms: [[[Float]]]?, size: Int) throws -> Result {
    let count = budget.tokens
    guard count < tokenCount, count > 0 else {
      return (Selection.keep(whole) { _, _ in count }, whole)
    }
    var positions = whole.layers.map { $0.map { _ in Array(0..<count) } }
    var layers = whole.layers
    var protected: [[[Int]]] = []
    for start in stride(from: count, to: tokenCount, by: size) {
      let block = start..<min(start + size, tokenCount)
      let present = positions.map { $0.map { $0 + block } }
      let table = try table(evidence.gathering(present), budget: count)
      let local = choose(
        table, .layers(Array(repeating: count, count: table.layerCount)),
        norms: norms.map { norms in
          zip(norms, present).map { zip($0, $1).map { norms, positions in positions.map { norms[$0] } } }
        })
      protected = []
      for layer in positions.indices {
        for head in positions[layer].indices {
          let known = present[layer][head]
          positions[layer][head] = local.positions[layer][head].map { known[$0] }
          for (index, position) in known.enumerated() {
            layers[layer][head][position] = local.scores.scores(layer: layer, head: head)[index]
          }
        }
        protected.append(
          positions[layer].indices.map { head in
            local.scores.protected(layer: layer, head: head).map { present[layer][head][$0] }
          })
      }
    }
    return (
      positions,
      ScoreTable(
        granularity: granularity, layers: layers, protected: [], tokenCount: tokenCount,
        protectedByHead: protected)
    )
  }
}
