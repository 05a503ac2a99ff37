/// PyramidKV (Cai et al. 2024, arXiv 2406.02069): many tokens in the first layers, few in the last, on a
/// straight line.
///
/// With T tokens per head on average, W of them protected, and L layers:
///
///     min = T / β,  max = 2T − min;  where max ≥ n − W: max = n − W, min = 2T − max
///     layer l keeps max − l · (max − min) / (L − 1)
package struct PyramidAllocation: Allocation, Hashable {
  /// Whose arithmetic is followed.
  package enum Style: String, Sendable, Hashable, CaseIterable {
    /// kvpress: real numbers, each layer rounded half to even, the window inside the layer's number. The
    /// total may differ from the budget by up to half a token per layer and head. Where the line does not fit
    /// `n ≥ max ≥ min ≥ W`, every layer keeps the rounded budget.
    case kvpress
    /// The authors' code: T is the budget without the window, whole numbers throughout (both divisions round
    /// down), and W on top of each layer's number. The downward rounding of the step makes the total exceed
    /// the budget by up to half a token per layer, squared. Below `n = 2 (B − W)` all layers keep B.
    case authors
  }

  /// β: how many times fewer than the mean the last layer keeps, at least 1.
  package let beta: Int
  /// Whose arithmetic is followed.
  package let style: Style

  /// Makes the allocation.
  package init(beta: Int = 20, style: Style = .kvpress) {
    self.beta = max(1, beta)
    self.style = style
  }

  package func shares(_ input: AllocationInput) -> Shares {
    guard input.budget.tokens < input.tokenCount else { return input.uniform }
    return .layers(
      style == .kvpress ? kvpress(input) : authors(input))
  }

  private func kvpress(_ input: AllocationInput) -> [Int] {
    let (count, layers) = (Double(input.tokenCount), input.scores.layerCount)
    let window = Double(input.protectedCount)
    // Not simply the budget: the sum and the difference round, and are kept in kvpress' order.
    let mean = (window + input.budget.exact) - window
    var least = mean / Double(beta)
    var most = mean * 2 - least
    if most >= count - window {
      most = count - window
      least = mean * 2 - most
    }
    guard count >= most, most >= least, least >= window else {
      let rounded = Int(input.budget.exact.rounded(.toNearestOrEven))
      return Array(repeating: max(1, rounded), count: layers)
    }
    let step = layers > 1 ? (most - least) / Double(layers - 1) : 0
    return (0..<layers).map { Int((most - Double($0) * step).rounded(.toNearestOrEven)) }
  }

  private func authors(_ input: AllocationInput) -> [Int] {
    let (count, layers) = (input.tokenCount, input.scores.layerCount)
    let window = input.protectedCount
    let mean = input.budget.tokens - window
    guard mean > 0, count >= 2 * mean else { return Array(repeating: input.budget.tokens, count: layers) }
    var least = mean / beta
    var most = 2 * mean - least
    if most >= count - window {
      most = count - window
      least = 2 * mean - most
    }
    let step = layers > 1 ? (most - least) / (layers - 1) : 0
    return (0..<layers).map { min(count, most - $0 * step + window) }
  }
}
