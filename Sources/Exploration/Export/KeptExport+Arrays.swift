import Eviction
import Transformer

extension KeptExport {
  /// The map as arrays: `tokens/id`, `tokens/start` and `tokens/end` `[token]`, and for each policy
  /// `kept/NAME`, booleans `[layer, head, token]`, and `scores/NAME`, which the full cache has not.
  ///
  /// Scores are NaN where a token is kept whatever its score: the number there would mean nothing. Every
  /// policy has the heads of the settings' granularity, the full cache too, whose sets are all alike.
  func arrays() throws -> [NamedArray] {
    var arrays = [
      NamedArray("tokens/id", tokens.map(\.id)), NamedArray("tokens/start", tokens.map(\.start)),
      NamedArray("tokens/end", tokens.map(\.end)),
    ]
    for result in results {
      let kept =
        result.policy.keepsEverything
        ? .all(shape: result.kept.shape, granularity: granularity, tokenCount: tokens.count) : result.kept
      let shape = [kept.positions.count, kept.granularity.headCount(in: kept.shape), tokens.count]
      arrays.append(NamedArray("kept/\(result.policy.name)", mask(kept), shape: shape))
      if let scores = result.scores {
        let values = result.kept.positions.enumerated().flatMap { layer, heads in
          heads.indices.flatMap { scores.rankedScores(layer: layer, head: $0) }
        }
        arrays.append(NamedArray("scores/\(result.policy.name)", values, shape: shape))
      }
    }
    return arrays
  }

  private func mask(_ kept: KeptTokens) -> [Bool] {
    var mask: [Bool] = []
    mask.reserveCapacity(kept.positions.reduce(0) { $0 + $1.count } * tokens.count)
    for positions in kept.positions.joined() {
      let start = mask.count
      mask += repeatElement(false, count: tokens.count)
      for position in positions { mask[start + position] = true }
    }
    return mask
  }
}

extension ScoreTable {
  /// A head's scores, NaN at its protected positions, where they mean nothing.
  public func rankedScores(layer: Int, head: Int) -> [Float] {
    var scores = scores(layer: layer, head: head)
    for position in protected(layer: layer, head: head) { scores[position] = .nan }
    return scores
  }
}
