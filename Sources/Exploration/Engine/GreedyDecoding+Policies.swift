import Eviction
import Transformer

extension GreedyDecoding.Lane {
  /// The cache that a policy's lane decodes on, with all that its wrappers do to it.
  /// - Parameter kept: what the cache holds of the prompt, if not what the policy keeps.
  init(
    _ lane: Exploration.Lane, keeping kept: KeptTokens? = nil, decoder: Decoder, recording: Recording, limit: Int,
    script: [Int]? = nil, expected: [Int]? = nil
  ) {
    self.init(
      lane.policy, keeping: kept ?? lane.kept, scores: lane.scores, decoder: decoder, recording: recording, limit: limit,
      script: script, expected: expected)
  }

  /// The cache of what a policy keeps, with all that its wrappers do to it.
  init(
    _ policy: Policy, keeping kept: KeptTokens, scores: ScoreTable?, decoder: Decoder, recording: Recording, limit: Int,
    script: [Int]? = nil, expected: [Int]? = nil
  ) {
    let rotation =
      policy.rerotates
      ? decoder.keyRotation(tokenCount: recording.tokenCount, length: kept.longestCount) : nil
    let reduction = policy.decoding.map { CacheReduction($0, recording: recording, kept: kept, scores: scores) }
    self.init(
      recording, kept: kept, limit: limit, rotation: rotation, reduction: reduction, script: script, expected: expected)
  }
}
