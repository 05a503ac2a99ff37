import Transformer

/// SnapKV (Li et al. 2024, arXiv 2404.14469): the attention of the prompt's last tokens.
///
///     s[j] = pool_k( Σ_{i in last w} softmax_j(q_i·k_j / √d) ),  j < n − w;  the last w are kept
///
/// The authors' LongBench runs and LAQ's cheap stage have w = 32, the sum and max pooling of 7; LAQ's scripts
/// give this baseline w = 8 on LongBench and 32 for needles; kvpress has w = 64, the mean and average
/// pooling of
/// 5. Here w is 32 but a third of the budget at most, unless it is said. The mean ranks as the sum does, up
/// to rounding; it matters where
/// scores meet other numbers, as under `+critical`. Of a budget smaller than the window the newest stay,
/// where kvpress leaves open which; and prompts that are not longer than the window, which kvpress refuses,
/// are all window.
package struct SnapKVScorer: WindowScorer, Hashable {
  /// Whose arithmetic is followed.
  package enum Style: String, Sendable, Hashable, CaseIterable {
    /// The authors' code: the sum over the window's rows.
    case authors
    /// kvpress: their mean.
    case kvpress
  }

  /// Observing tokens at the prompt's end, always kept.
  package let window: Window
  /// Width of the pooling, odd.
  package let kernel: Int
  /// Kind of the pooling.
  package let pooling: Pooling
  /// Whose arithmetic is followed.
  package let style: Style

  /// Makes the scorer.
  package init(
    window: Window = .standard, kernel: Int = 7, pooling: Pooling = .max, style: Style = .authors
  ) {
    self.window = window
    self.kernel = kernel
    self.pooling = pooling
    self.style = style
  }

  func observing(_ window: Window) -> SnapKVScorer {
    SnapKVScorer(window: window, kernel: kernel, pooling: pooling, style: style)
  }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) -> [[Float]] {
    let observation = rows(evidence)
    return observation.scores(
      evidence.recording, layer: layer, kvHead: kvHead, pooling: pooling, kernel: kernel,
      factor: style == .kvpress ? 1 / Float(max(1, observation.rows.count)) : 1)
  }
}
