import Transformer

/// SnapKV (Li et al. 2024, arXiv 2404.14469): the attention of the prompt's last tokens.
///
///     s[j] = pool_k( Σ_{i in last w} softmax_j(q_i·k_j / √d) ),  j < n − w;  the last w are kept
///
/// Defaults as in the authors' LongBench runs and LAQ's cheap stage: w = 32, max pooling of 7. The
/// sum over rows ranks as the mean does. kvpress differs: w = 64, mean, average pooling of 5.
public struct SnapKVScorer: Scorer, Hashable {
  /// Observing tokens at the prompt's end, always kept.
  public let window: Int
  /// Width of the pooling, odd.
  public let kernel: Int
  /// Kind of the pooling.
  public let pooling: Pooling

  /// Makes the scorer.
  public init(window: Int = 32, kernel: Int = 7, pooling: Pooling = .max) {
    self.window = window
    self.kernel = kernel
    self.pooling = pooling
  }

  public var observedTokens: Int? { window }

  public func protectedPositions(tokenCount: Int, budget: Int) -> [Int] {
    newest(window, of: tokenCount)
  }

  public func observation(_ evidence: Evidence) -> Observation? { .window(window, of: evidence.recording) }

  public func scores(layer: Int, queryHead: Int, evidence: Evidence) -> [Float] {
    evidence.recording.observationScores(
      layer: layer, queryHead: queryHead, .window(window, of: evidence.recording), pooling: pooling, kernel: kernel)
  }
}
