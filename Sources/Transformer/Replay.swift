/// Tokens that pass the model once more behind a whole prompt, to see how much they attend to its keys.
///
/// The model sees the full cache, and the tokens stand at positions `n`, `n+1`, … as an answer would. What is measured of
/// them may be a softmax over fewer keys than the model's own.
public struct Replay: Sendable, Hashable {
  /// The keys that share a token's attention.
  public enum Softmax: Sendable, Hashable {
    /// All that the layer lets it see: the model's own attention.
    case visible
    /// Those of the prompt at some positions, which ascend and do not overlap, and the replay's own up to the token. A
    /// layer's scale and soft cap hold, its sliding window does not.
    case chosen([Range<Int>])
  }

  /// The tokens' ids, at least one.
  public let tokens: [Int]
  /// Positions of the prompt whose keys are measured.
  public let measured: Range<Int>
  /// What attention is shared among.
  public let softmax: Softmax
  /// Whether a token's attention is divided by the norm of what goes into the layer's attention (KVzip+).
  public let dividesByInputNorm: Bool

  /// Makes a replay.
  public init(tokens: [Int], measured: Range<Int>, softmax: Softmax = .visible, dividesByInputNorm: Bool = false) {
    self.tokens = tokens
    self.measured = measured
    self.softmax = softmax
    self.dividesByInputNorm = dividesByInputNorm
  }
}

/// What replays have measured: of each prompt key and query head the highest weight that any replayed token gave it.
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
    precondition(weights.joined().allSatisfy { $0.count == tokenCount }, "a head has other than \(tokenCount) weights")
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
