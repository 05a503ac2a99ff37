/// Smoothing of scores along the prompt: neighbours of an important token are kept with it.
///
/// Stride 1, as many outputs as inputs, as torch's `max_pool1d` and `avg_pool1d` with padding k/2.
public enum Pooling: String, Sendable, Hashable, CaseIterable {
  /// The largest of the neighbourhood; what lies outside is no candidate.
  case max
  /// The mean of the neighbourhood, zeros outside counted: always divided by the kernel.
  case avg
  /// None.
  case none

  /// Pools `scores` with an odd kernel; cost: `scores.count · kernel`.
  func apply(_ scores: ArraySlice<Float>, kernel: Int) -> [Float] {
    let reach = kernel / 2
    return scores.indices.map { index in
      let near = scores[
        Swift.max(scores.startIndex, index - reach)..<Swift.min(scores.endIndex, index + reach + 1)]
      switch self {
      case .max: return near.max() ?? scores[index]
      case .avg: return near.reduce(0, +) / Float(kernel)
      case .none: return scores[index]
      }
    }
  }
}
