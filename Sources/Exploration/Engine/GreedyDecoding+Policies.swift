import Eviction
import Transformer

extension GreedyDecoding {
  /// The full cache, to be answered on.
  func fullLane(limit: Int, needsAnswer: Bool = false, script: [Int]? = nil) -> Lane {
    let everything = KeptTokens.all(shape: recording.shape, tokenCount: recording.tokenCount)
    var lane = Lane(recording, kept: everything, limit: limit, script: script)
    lane.needsAnswer = needsAnswer
    lane.question = question
    return lane
  }

  /// Pseudo tokens of a lookahead: as many as are asked for and as the model's context has room for.
  func lookaheadLimit(_ settings: LookaheadSettings) -> Int {
    min(settings.tokenCount, max(1, decoder.configuration.contextLength - recording.tokenCount))
  }

  /// A cheap cache, for pseudo tokens. A question that comes after the eviction is not known to it.
  /// - Parameter script: the pseudo tokens, where they are not the cache's own choices.
  func lookaheadLane(_ settings: LookaheadSettings, cheap: KeptTokens, script: [Int]? = nil) -> Lane {
    Lane(
      recording, kept: cheap, limit: script?.count ?? lookaheadLimit(settings), firstEnd: settings.endOfText,
      script: script)
  }

  /// The cache that a policy's result decodes on, with all that its wrappers do to it.
  /// - Parameters:
  ///   - kept: what the cache holds of the prompt, if not what the policy keeps.
  ///   - script: the tokens that are fed whatever the policy would choose; `nil`: its own choices.
  func lane(
    _ result: PolicyResult, keeping kept: KeptTokens? = nil, limit: Int, needsAnswer: Bool = false,
    script: [Int]? = nil,
    expected: [Int]? = nil
  ) -> Lane {
    let kept = kept ?? result.kept
    let rotation =
      result.policy.rerotates
      ? decoder.keyRotation(tokenCount: recording.tokenCount, length: kept.longestCount) : nil
    let reduction = result.choice.flatMap { result.policy.decoding(for: $0.facts) }.map {
      CacheReduction($0, recording: recording, kept: kept, scores: result.scores)
    }
    var lane = Lane(
      recording, kept: kept, limit: limit, rotation: rotation, reduction: reduction, script: script,
      expected: expected)
    // Only a cache that is reduced while it grows looks back at queries.
    lane.keepsQueries = reduction != nil
    lane.needsAnswer = needsAnswer
    lane.question = question
    return lane
  }
}
