import Transformer

/// For every prompt token, which of a policy's observing rows looks at it most, in one query head.
public struct ObservationVotes: Sendable, Hashable {
  /// The rows, in the policy's order.
  public let rows: [Recording.Row]
  /// Each token's strongest row, an index into `rows`; the first of equal ones. `[tokenCount]`.
  public let strongest: [Int]
  /// That row's attention, `[tokenCount]`.
  public let weights: [Float]
}

extension Policy {
  /// Which row votes most for each token, before pooling and before the mean over a group's heads; `nil` where the policy
  /// scores by no rows of attention, or where rows are missing. Cost: an attention row for each of the policy's rows.
  public func votes(layer: Int, queryHead: Int, evidence: Evidence) -> ObservationVotes? {
    guard let scorer, evidence.recording.covers(self), let observation = try? scorer.observation(evidence),
      !observation.rows.isEmpty
    else { return nil }
    let recording = evidence.recording
    var strongest = [Int](repeating: 0, count: recording.tokenCount)
    var weights = [Float](repeating: 0, count: recording.tokenCount)
    for (index, row) in observation.rows.enumerated() {
      let attention = recording.attention(
        layer: layer, queryHead: queryHead, row: row.row, beyond: observation.beyond, visible: row.visible)
      for position in weights.indices where attention[position] > weights[position] {
        (strongest[position], weights[position]) = (index, attention[position])
      }
    }
    return ObservationVotes(rows: observation.rows.map(\.row), strongest: strongest, weights: weights)
  }
}
