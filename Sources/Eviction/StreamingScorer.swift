import Transformer

/// StreamingLLM (Xiao et al. 2023, arXiv 2309.17453): the first tokens, where attention sinks, and the
/// newest ones. It looks at no attention at all.
public struct StreamingScorer: GroupScorer, Hashable {
  /// Tokens kept at the beginning.
  public let sinkCount: Int

  /// Makes the scorer.
  public init(sinkCount: Int = 4) { self.sinkCount = sinkCount }

  public var observedTokens: Int? { 0 }

  public func protectedPositions(tokenCount: Int, budget: Int) -> [Int] {
    let sinks = min(sinkCount, budget, tokenCount)
    return Array(0..<sinks) + (max(sinks, tokenCount - (budget - sinks))..<tokenCount)
  }

  public func scores(layer: Int, kvHead: Int, evidence: Evidence) -> [[Float]] {
    [Array(repeating: 0, count: evidence.recording.tokenCount)]
  }
}
