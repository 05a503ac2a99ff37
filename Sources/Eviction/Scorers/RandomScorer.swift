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

/// A seeded generator (Steele et al. 2014): the same numbers in every run.
package struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// A number that has nothing to do with its neighbours'.
  package static func mixed(_ number: UInt64) -> UInt64 {
    var z = number
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
