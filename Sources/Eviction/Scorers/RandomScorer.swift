import Transformer

/// Tokens drawn at random, the floor that every policy should beat: each KV head draws its own, the same in
/// every run.
///
/// The generator is the project's own; kvpress' RandomPress draws with torch's, the same numbers in each
/// layer.
package struct RandomScorer: GroupScorer, Hashable {
  /// Another seed, other tokens.
  package let seed: Int

  /// Makes the scorer.
  package init(seed: Int = 0) { self.seed = seed }

  package var observedTokens: Int? { 0 }

  package func protectedPositions(tokenCount: Int, budget: Int) -> [Int] { [] }

  package func scores(layer: Int, kvHead: Int, evidence: Evidence) -> [[Float]] {
    let head = layer * evidence.recording.shape.kvHeadCount + kvHead
    var generator = SplitMix64(seed: SplitMix64.mixed(UInt64(bitPattern: Int64(seed))) &+ UInt64(head))
    return [(0..<evidence.recording.tokenCount).map { _ in Float.random(in: 0..<1, using: &generator) }]
  }
}
