import Transformer

/// For every prompt token, which of a policy's observing rows made most of its score, in one query head.
public struct ObservationVotes: Sendable, Hashable {
  /// The rows, in the policy's order.
  public let rows: [Recording.Row]
  /// Where each token's score comes from: itself, or the neighbour that max pooling took. `[tokenCount]`.
  public let sources: [Int]
  /// The row that looks most at that source, an index into `rows`; the first of equal ones. `[tokenCount]`.
  public let strongest: [Int]
  /// That row's attention to the source, `[tokenCount]`.
  public let weights: [Float]
}

extension Policy {
  /// Which row votes most for each token, before the mean over a group's heads; `nil` where the policy scores
  /// by no rows of attention, or where rows are missing. Under average pooling a token's source is the token
  /// itself. Cost: an attention row for each of the policy's rows, in every head of the group.
  public func votes(
    layer: Int, queryHead: Int, evidence: Evidence, budget: Int
  ) -> ObservationVotes? {
    let facts = evidence.facts(budget: budget)
    guard let scorer = try? scorer?.resolved(for: facts), isCovered(by: evidence, facts),
      let observation = try? scorer.observation(evidence), !observation.rows.isEmpty
    else { return nil }
    let recording = evidence.recording
    let (count, groupSize) = (recording.tokenCount, recording.shape.groupSize)
    // The same sums as behind the scores: that of a neighbour that is larger by a rounding decides where a
    // score is from.
    let (sums, best, weights) = observation.map(recording, layer: layer, kvHead: queryHead / groupSize) {
      rows in
      var best = [Int](repeating: 0, count: count)
      var weights = [Float](repeating: 0, count: count)
      for index in 0..<rows.rowCount {
        let attention = rows[index]
        for position in 0..<count where attention[position] > weights[position] {
          (best[position], weights[position]) = (index, attention[position])
        }
      }
      return (rows.sums(count), best, weights)
    }[queryHead % groupSize]
    let reach =
      value(of: "pool") == Pooling.max.rawValue ? (value(of: "kernel").flatMap { Int($0) } ?? 1) / 2 : 0
    let sources = (0..<count).map { position -> Int in
      // The local window takes no part in pooling (laq.md, step 4).
      guard position < observation.candidateCount else { return position }
      let neighbours = max(0, position - reach)...min(observation.candidateCount - 1, position + reach)
      return neighbours.reduce(position) { sums[$1] > sums[$0] ? $1 : $0 }
    }
    return ObservationVotes(
      rows: observation.rows.map(\.row), sources: sources, strongest: sources.map { best[$0] },
      weights: sources.map { weights[$0] })
  }
}
