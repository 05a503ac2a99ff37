import Transformer

/// SnapKV (Li et al. 2024, arXiv 2404.14469): the attention of the prompt's last tokens.
///
///     s[j] = pool_k( Σ_{i in last w} softmax_j(q_i·k_j / √d) ),  j < n − w;  the last w are kept
///
/// The authors' LongBench runs and LAQ's cheap stage have w = 32, the sum and max pooling of 7; kvpress has w
/// = 64, the mean and average pooling of 5. The mean ranks as the sum does, up to rounding; it matters where
/// scores meet other numbers, as under `+critical`. Of a budget smaller than the window the newest stay,
/// where kvpress leaves open which; and prompts that are not longer than the window, which kvpress refuses,
/// are all window.
package struct SnapKVScorer: GroupScorer, Hashable {
  /// Whose arithmetic is followed.
  package enum Style: String, Sendable, Hashable, CaseIterable {
    /// The authors' code: the sum over the window's rows.
    case authors
    /// kvpress: their mean.
    case kvpress
  }

  /// Observing tokens at the prompt's end, always kept.
  package let window: Int
  /// Width of the pooling, odd.
  package let kernel: Int
  /// Kind of the pooling.
  package let pooling: Pooling
  /// Whose arithmetic is followed.
  package let style: Style

  /// Makes the scorer.
  package init(window: Int = 32, kernel: Int = 7, pooling: Pooling = .max, style: Style = .authors) {
    self.window = window
    self.kernel = kernel
    self.pooling = pooling
    self.style = style
  }

  package var observedTokens: Int? { window }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] {
    newest(window, of: tokenCount)
  }

  package func observation(_ evidence: Evidence) -> Observation? { .window(window, of: evidence.recording) }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) -> [[Float]] {
    let observation = Observation.window(window, of: evidence.recording)
    return observation.scores(
      evidence.recording, layer: layer, kvHead: kvHead, pooling: pooling, kernel: kernel,
      factor: style == .kvpress ? 1 / Float(max(1, observation.rows.count)) : 1)
  }
}
