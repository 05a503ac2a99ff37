import Checkpoint
import Kernels

/// How one layer's scores become attention weights.
public struct AttentionRule: Sendable, Hashable {
  /// What `q·k` is multiplied by, usually `1/√d`.
  public let scale: Float
  /// Scores become `cap · tanh(score / cap)` (Gemma 2).
  public let softCap: Float?
  /// How many of the newest tokens a query sees, its own included; `nil` for all.
  public let window: Int?

  /// Makes a rule.
  public init(scale: Float, softCap: Float? = nil, window: Int? = nil) {
    self.scale = scale
    self.softCap = softCap
    self.window = window
  }

  /// The common rule, `1/√d` and nothing else.
  public init(headDimension: Int) {
    self.init(scale: 1 / Float(headDimension).squareRoot())
  }

  init(_ description: AttentionDescription) {
    self.init(scale: description.scale, softCap: description.softCap, window: description.window)
  }

  /// The first position that a query at `position` sees.
  public func firstVisible(at position: Int) -> Int {
    window.map { max(0, position - $0 + 1) } ?? 0
  }

  /// More than any text has, and few enough that the kernels' sums of a window and a position fit 32 bits.
  private static let widestWindow = 1 << 30

  /// The rule as the kernels take it.
  package var kernel: laq_attention_rule {
    laq_attention_rule(
      scale: scale, soft_cap: softCap ?? 0, window: Int32(clamping: min(window ?? 0, Self.widestWindow)))
  }
}
