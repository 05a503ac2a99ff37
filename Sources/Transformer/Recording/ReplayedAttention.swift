/// What replays have measured: of each prompt key and query head the highest weight that any replayed token
/// gave it.
///
/// The evidence of a whole pass in one float per key and query head; no row of attention is kept.
public struct ReplayedAttention: Sendable, Hashable {
  /// Prompt tokens.
  public let tokenCount: Int
  /// `[layer][queryHead · tokenCount + position]`; 0 where nothing was measured.
  private let layers: [[Float]]

  /// Takes weights, `[layer][queryHead][position]`.
  public init(_ weights: [[[Float]]], tokenCount: Int) {
    self.tokenCount = tokenCount
    layers = weights.map { Array($0.joined()) }
    precondition(
      weights.joined().allSatisfy { $0.count == tokenCount }, "a head has other than \(tokenCount) weights")
  }

  /// The highest weight of each key under one query head, `[tokenCount]`.
  public func highest(layer: Int, queryHead: Int) -> ArraySlice<Float> {
    layers[layer][queryHead * tokenCount..<(queryHead + 1) * tokenCount]
  }

  /// Query heads of each layer.
  public func queryHeadCount(layer: Int) -> Int { tokenCount > 0 ? layers[layer].count / tokenCount : 0 }

  /// What was measured of some of the tokens only, as `Recording.gathering` chooses them.
  /// - Parameter positions: ascending, equally many in each, `[layer][head]`.
  public func gathering(_ positions: [[[Int]]]) -> ReplayedAttention {
    let gathered = positions.enumerated().map { layer, heads in
      let count = queryHeadCount(layer: layer)
      return (0..<count).map { queryHead in
        let weights = highest(layer: layer, queryHead: queryHead)
        return heads[queryHead * heads.count / count].map { weights[weights.startIndex + $0] }
      }
    }
    return ReplayedAttention(gathered, tokenCount: positions.first?.first?.count ?? 0)
  }
}
