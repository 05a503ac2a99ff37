import Transformer

/// Splits a budget over layers and heads. Any scorer goes with any allocation.
public protocol Allocation: Sendable {
  /// How many of the prompt's newest queries the allocation looks at beside the scorer; `nil`: all.
  var observedTokens: Int? { get }

  /// Divides the budget; protected positions count within it.
  /// - Throws: `EvidenceError`.
  func shares(_ input: AllocationInput) throws -> Shares
}

extension Allocation {
  /// It looks at no rows of attention, unless it says otherwise.
  public var observedTokens: Int? { 0 }
}

/// What an allocation may look at.
public struct AllocationInput: Sendable {
  /// The scores of all layers and heads, under the whole budget.
  public let scores: ScoreTable
  /// The mean of the tokens that a head keeps.
  public let budget: TokenBudget
  /// The scorer in use, whose observed rows some allocations look at.
  public let scorer: any Scorer
  /// The prompt's recording and the queries from beyond it.
  public let evidence: Evidence
}

extension AllocationInput {
  var tokenCount: Int { scores.tokenCount }

  /// Positions that every head keeps under the whole budget.
  var protectedCount: Int { scores.protected.count }

  /// Every layer's whole budget: what an allocation answers when there is nothing to divide.
  var uniform: Shares { .layers(Array(repeating: budget.tokens, count: scores.layerCount)) }

  /// Whether some tokens are free to go from one layer or head to another.
  var isDivisible: Bool { budget.tokens < tokenCount && budget.tokens > protectedCount }
}

/// How many tokens layers and heads keep.
public enum Shares: Sendable, Hashable {
  /// Tokens per head of each layer: the heads of a layer keep equally many. What a scorer protects follows
  /// from the layer's own number (StreamingLLM's recent window, H2O's half).
  case layers([Int])
  /// Tokens of each head, `[layer][head]`; what a scorer protects under the whole budget is protected in
  /// every head.
  case heads([[Int]])

  /// Tokens of a head.
  func count(layer: Int, head: Int) -> Int {
    switch self {
    case .layers(let counts): counts[layer]
    case .heads(let counts): counts[layer][head]
    }
  }
}

/// The same number of tokens in every layer and head.
public struct UniformAllocation: Allocation, Hashable {
  /// Makes the allocation.
  public init() {}

  /// The same for every layer and head.
  public func shares(_ input: AllocationInput) -> Shares { input.uniform }
}
