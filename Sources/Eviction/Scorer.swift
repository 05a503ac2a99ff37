import Transformer

/// Says how important each prompt token is to each query head.
///
/// A scorer knows nothing of budgets per layer, of groups of heads, or of how ties are broken; it
/// looks at the evidence and gives numbers. `budget` is passed because some definitions divide it
/// (H2O's halves, StreamingLLM's recent window).
public protocol Scorer: Sendable {
  /// How many of the prompt's newest queries the scorer looks at; `nil`, unless it says so: all of them.
  var observedTokens: Int? { get }

  /// The pass of the model that must run first; `nil`, unless the scorer says so: none beside the prefill.
  var pass: ContextPass? { get }

  /// How the scores of the query heads of a KV head become its own; the mean, unless the scorer says so.
  var grouping: GroupReduction { get }

  /// Positions that are kept whatever the scores say, ascending. They count within the budget.
  func protectedPositions(tokenCount: Int, budget: Int) -> [Int]

  /// One score per prompt token, larger is kept; the scores of protected positions are not looked at.
  /// - Returns: `[tokenCount]`.
  /// - Throws: `EvidenceError`.
  func scores(layer: Int, queryHead: Int, evidence: Evidence) throws -> [Float]

  /// How the scorer goes on while tokens are decoded; `nil` if it cannot.
  var following: DecodeFollowing? { get }

  /// The rows of attention behind the scores, for allocations that look at them; `nil`, unless the scorer says so.
  /// - Throws: `EvidenceError`.
  func observation(_ evidence: Evidence) throws -> Observation?
}

extension Scorer {
  public var observedTokens: Int? { nil }

  public var pass: ContextPass? { nil }

  public var grouping: GroupReduction { .mean }

  public func observation(_ evidence: Evidence) throws -> Observation? { nil }

  public var following: DecodeFollowing? { observedTokens.map(DecodeFollowing.newest) }

  /// The newest `count` positions of a prompt.
  func newest(_ count: Int, of tokenCount: Int) -> [Int] {
    Array(max(0, tokenCount - count)..<tokenCount)
  }
}
