import Transformer

/// StreamingLLM (Xiao et al. 2023, arXiv 2309.17453): the first tokens, where attention sinks, and the
/// newest ones. It looks at no attention at all.
package struct StreamingScorer: GroupScorer, Hashable {
  /// Tokens kept at the beginning.
  package let sinkCount: Int

  /// Makes the scorer.
  package init(sinkCount: Int = 4) { self.sinkCount = sinkCount }

  package var observedTokens: Int? { 0 }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] {
    let sinks = min(sinkCount, budget, tokenCount)
    return Array(0..<sinks) + (max(sinks, tokenCount - (budget - sinks))..<tokenCount)
  }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) -> [[Float]] {
    [Array(repeating: 0, count: evidence.recording.tokenCount)]
  }
}
