import Transformer

/// How a scorer goes on while tokens are decoded.
public enum DecodeFollowing: Sendable, Hashable {
  /// It scores the cache anew by so many of the newest queries.
  case newest(Int)
  /// It goes on adding up the attention that tokens receive (H2O).
  case received
}

/// A rule by which a cache is reduced while it grows, head by head: after every so many decoded tokens the
/// scorer looks at what the head holds, decoded tokens among it, and the best stay.
///
/// As in kvpress' DecodingPress the scorer sees the cache as if it were a prompt, and every head keeps `keep`
/// tokens, whatever an allocation gave it; heads that hold no more are left alone. The queries are those of
/// the tokens since the last reduction; of a window that is longer, the older rows count nothing.
public struct DecodeEviction: Sendable {
  /// The policy's scorer.
  public let scorer: any Scorer
  /// Decoded tokens between two reductions.
  public let every: Int
  /// Tokens that a head holds after each.
  public let keep: Int

  /// Makes a rule.
  /// - Parameter scorer: one whose `following` is not `nil`.
  public init(scorer: any Scorer, every: Int, keep: Int) {
    self.scorer = scorer
    self.every = max(1, every)
    self.keep = keep
  }

  /// Whether sums of received attention are carried from reduction to reduction.
  public var addsUp: Bool { scorer.following == .received }

  /// What a head keeps.
  /// - Parameters:
  ///   - head: what it holds, as `KVCache.recording` gives it.
  ///   - received: with `addsUp`, the attention that each token has received before these queries, `[token]`;
  ///     tokens that were decoded since may be missing at the end.
  /// - Returns: ascending indices of the head's tokens, and their sums, which are empty without `addsUp`.
  /// - Throws: `EvidenceError`.
  public func choose(_ head: Recording, received: [Float]) throws -> (kept: [Int], received: [Float]) {
    let scores = addsUp ? sums(head, before: received) : try self.scores(head)
    let kept = Selection.select(
      from: scores, protected: scorer.protectedPositions(tokenCount: head.tokenCount, budget: keep),
      budget: keep)
    return (kept, addsUp ? kept.map { scores[$0] } : [])
  }

  private func scores(_ head: Recording) throws -> [Float] {
    guard head.tokenCount > keep else { return Array(repeating: 0, count: head.tokenCount) }
    return try ScoreTable(
      scorer, evidence: Evidence(recording: head), budget: keep, granularity: .kvHead
    ).layers[0][0]
  }

  /// The attention of the recorded rows, the mean over the query heads, on top of what was received before.
  private func sums(_ head: Recording, before: [Float]) -> [Float] {
    var sums =
      before.prefix(head.tokenCount) + Array(repeating: 0, count: max(0, head.tokenCount - before.count))
    let factor = 1 / Float(head.shape.queryHeadCount)
    for position in head.firstQueryPosition..<head.tokenCount {
      for queryHead in 0..<head.shape.queryHeadCount {
        let row = head.attention(layer: 0, queryHead: queryHead, row: .prompt(position: position))
        for index in sums.indices { sums[index] += row[index] * factor }
      }
    }
    return Array(sums)
  }
}
