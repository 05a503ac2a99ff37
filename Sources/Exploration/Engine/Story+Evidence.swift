import Eviction
import Transformer

extension Story {
  /// All that is known so far and that a policy may look at.
  /// - Parameters:
  ///   - lookahead: the queries of the policy's own pseudo tokens.
  ///   - output: the model's output projection, which a story does not hold.
  func evidence(
    _ recording: Recording, lookahead: QueryRows? = nil, output: OutputProjection? = nil
  ) -> Evidence {
    Evidence(
      recording: recording, lookahead: lookahead, decode: decodeQueries, output: output,
      questionTokenCount: prompt.questionTokenCount, passes: passes, gate: gateScores)
  }
}
