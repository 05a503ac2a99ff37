/// Tokens that pass the model once more behind a whole prompt, to see how much they attend to its keys.
///
/// The model sees the full cache, and the tokens stand at positions `n`, `n+1`, … as an answer would. What is
/// measured of them may be a softmax over fewer keys than the model's own.
public struct Replay: Sendable, Hashable {
  /// The keys that share a token's attention.
  public enum Softmax: Sendable, Hashable {
    /// All that the layer lets it see: the model's own attention.
    case visible
    /// Those of the prompt at some positions, which ascend and do not overlap, and the replay's own up to the
    /// token. A layer's scale and soft cap hold, its sliding window does not.
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
  public init(
    tokens: [Int], measured: Range<Int>, softmax: Softmax = .visible, dividesByInputNorm: Bool = false
  ) {
    self.tokens = tokens
    self.measured = measured
    self.softmax = softmax
    self.dividesByInputNorm = dividesByInputNorm
  }
}
