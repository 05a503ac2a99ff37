import Transformer

extension GreedyDecoding.Lane {
  /// The cache that a policy's lane decodes on, with all that its wrappers do to it.
  /// - Parameter kept: what the cache holds of the prompt, if not what the policy keeps.
  init(
    _ lane: Exploration.Lane, keeping kept: KeptTokens? = nil, decoder: Decoder, recording: Recording, limit: Int,
    script: [Int]? = nil, expected: [Int]? = nil
  ) {
    let kept = kept ?? lane.kept
    let rotation =
      lane.policy.rerotates
      ? decoder.keyRotation(tokenCount: recording.tokenCount, length: kept.longestCount) : nil
    let reduction = lane.policy.decoding.map {
      CacheReduction($0, recording: recording, kept: kept, scores: lane.scores)
    }
    self.init(
      recording, kept: kept, limit: limit, rotation: rotation, reduction: reduction, script: script, expected: expected)
  }
}
