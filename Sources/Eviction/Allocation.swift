import Transformer

/// Splits a budget over layers and heads.
public protocol Allocation: Sendable {
  /// The name that stands behind the slash of a policy's name.
  var name: String { get }

  /// Tokens to keep in each layer and head, protected ones included.
  /// - Parameter budget: tokens per head, on average.
  /// - Returns: `[layer][head]`.
  func budgets(_ scores: ScoreTable, budget: Int) -> [[Int]]
}

/// The same number of tokens in every layer and head.
public struct UniformAllocation: Allocation {
  /// Makes the allocation.
  public init() {}

  public var name: String { "uniform" }

  public func budgets(_ scores: ScoreTable, budget: Int) -> [[Int]] {
    scores.layers.map { $0.map { _ in budget } }
  }
}
