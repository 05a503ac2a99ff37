import Transformer

/// CAKE's token indicator (Qin et al. 2025, arXiv 2503.12491): attention that lasts, and attention that changes.
///
///     s[j] = avgpool_5( mean_rows(a)[j] + γ · var_rows(a)[j] ),  rows: the prompt's last w, j < n − w
///
/// The variance is unbiased; the last w tokens are kept. With `/cake` this is the whole method.
public struct CakeScorer: Scorer, Hashable {
  /// Observing tokens at the prompt's end, always kept.
  public let window: Int
  /// The weight of the variance.
  public let gamma: Double
  /// Width of the average pooling, odd.
  public let kernel: Int

  /// Makes the scorer.
  public init(window: Int = 32, gamma: Double = 200, kernel: Int = 5) {
    self.window = window
    self.gamma = gamma
    self.kernel = kernel
  }

  public var observedTokens: Int? { window }

  public func protectedPositions(tokenCount: Int, budget: Int) -> [Int] { newest(window, of: tokenCount) }

  public func observation(_ evidence: Evidence) -> Observation? { .window(window, of: evidence.recording) }

  public func scores(layer: Int, queryHead: Int, evidence: Evidence) -> [Float] {
    let recording = evidence.recording
    let observation = Observation.window(window, of: recording)
    let rows = observation.attention(recording, layer: layer, queryHead: queryHead)
    let indicators = (0..<observation.candidateCount).map { key -> Float in
      var mean: Float = 0
      for row in rows { mean += row[key] }
      mean /= Float(rows.count)
      guard rows.count > 1 else { return mean }
      var squares: Float = 0
      for row in rows { squares += (row[key] - mean) * (row[key] - mean) }
      return mean + Float(gamma) * squares / Float(rows.count - 1)
    }
    return Pooling.avg.apply(indicators[...], kernel: kernel)
      + Array(repeating: 0, count: recording.tokenCount - observation.candidateCount)
  }
}
