import Transformer

/// CAKE's token indicator (Qin et al. 2025, arXiv 2503.12491): attention that lasts, and attention that
/// changes.
///
///     s[j] = avgpool_5( mean_rows(a)[j] + γ · var_rows(a)[j] ),  rows: the prompt's last w, j < n − w
///
/// The variance is unbiased; the last w tokens are kept. With `/cake` this is the whole method.
package struct CakeScorer: WindowScorer, Hashable {
  /// Observing tokens at the prompt's end, always kept.
  package let window: Window
  /// The weight of the variance.
  package let gamma: Double
  /// Width of the average pooling, odd.
  package let kernel: Int

  /// Makes the scorer.
  package init(window: Window = .standard, gamma: Double = 200, kernel: Int = 5) {
    self.window = window
    self.gamma = gamma
    self.kernel = kernel
  }

  func observing(_ window: Window) -> CakeScorer {
    CakeScorer(window: window, gamma: gamma, kernel: kernel)
  }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) -> [[Float]] {
    let recording = evidence.recording
    let observation = rows(evidence)
    return observation.map(recording, layer: layer, kvHead: kvHead) { rows in
      let (means, variances) = rows.moments(observation.candidateCount)
      let indicators = zip(means, variances).map { $0 + Float(gamma) * $1 }
      return Pooling.avg.apply(indicators[...], kernel: kernel) + observation.zeros(recording)
    }
  }
}

extension ObservedWeights {
  /// The mean of all rows, and their unbiased variance, over the first `count` keys; the variance of a single
  /// row, which is no number, is 0.
  func moments(_ count: Int) -> (means: [Float], variances: [Float]) {
    let factor = 1 / Float(max(1, rowCount))
    let means = sums(count).map { $0 * factor }
    var variances = [Float](repeating: 0, count: count)
    guard rowCount > 1 else { return (means, variances) }
    let part = 1 / Float(rowCount - 1)
    means.withUnsafeBufferPointer { means in
      variances.withUnsafeMutableBufferPointer { variances in
        for row in 0..<rowCount {
          let weights = self[row]
          for key in 0..<count {
            let difference = weights[key] - means[key]
            variances[key] += difference * difference
          }
        }
        for key in 0..<count { variances[key] *= part }
      }
    }
    return (means, variances)
  }
}
