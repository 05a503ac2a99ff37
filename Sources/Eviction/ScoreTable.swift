import Transformer

/// Scores of every layer and head, ready for allocation and selection.
public struct ScoreTable: Sendable {
  /// The heads that share one kept set.
  public let granularity: Granularity
  /// `[layer][head][tokenCount]`; the scores of protected positions mean nothing.
  public let layers: [[[Float]]]
  /// Positions that are kept whatever their scores, ascending.
  public let protected: [Int]
  /// Prompt tokens.
  public let tokenCount: Int

  /// Scores a prompt under one scorer, all layers and heads in parallel.
  ///
  /// For KV heads the query heads' scores are averaged over the group *after* pooling, in the order
  /// of kvpress (pooling and mean do not commute; policies.md 1.5).
  /// - Throws: `EvidenceError`; `CancellationError`, looked for before each head unless told otherwise.
  public init(
    _ scorer: any Scorer, evidence: Evidence, budget: Int, granularity: Granularity, stopsWhenCancelled: Bool = true
  ) throws {
    let recording = evidence.recording
    let shape = recording.shape
    self.granularity = granularity
    tokenCount = recording.tokenCount
    protected = scorer.protectedPositions(tokenCount: recording.tokenCount, budget: budget)
    let scored = try Self.inParallel(
      count: shape.layerCount * shape.queryHeadCount, stopsWhenCancelled: stopsWhenCancelled
    ) { index in
      try scorer.scores(
        layer: index / shape.queryHeadCount, queryHead: index % shape.queryHeadCount,
        evidence: evidence)
    }
    layers = (0..<shape.layerCount).map { layer in
      let heads = Array(scored[layer * shape.queryHeadCount..<(layer + 1) * shape.queryHeadCount])
      guard granularity == .kvHead, shape.groupSize > 1 else { return heads }
      return (0..<shape.kvHeadCount).map { group in
        Self.mean(heads[group * shape.groupSize..<(group + 1) * shape.groupSize])
      }
    }
  }

  /// A token's rank among the unprotected ones of a head, 1 for the largest score; `nil` when protected.
  public func rank(of position: Int, layer: Int, head: Int) -> Int? {
    guard !protected.contains(position) else { return nil }
    let scores = layers[layer][head]
    let isProtected = Set(protected)
    return 1
      + scores.indices.count { other in
        !isProtected.contains(other)
          && (scores[other] > scores[position]
            || (scores[other] == scores[position] && other < position))
      }
  }

  private static func mean(_ heads: ArraySlice<[Float]>) -> [Float] {
    var sums = heads[heads.startIndex]
    for head in heads.dropFirst() { for index in sums.indices { sums[index] += head[index] } }
    let factor = 1 / Float(heads.count)
    return sums.map { $0 * factor }
  }

  private static func inParallel<T: Sendable>(
    count: Int, stopsWhenCancelled: Bool, _ body: (Int) throws -> T
  ) throws -> [T] {
    var results = [Result<T, any Error>?](repeating: nil, count: count)
    // The other threads are no tasks: they ask the one that lends them its work whether it is cancelled.
    withUnsafeCurrentTask { task in
      results.withUnsafeMutableBufferPointer { results in
        Transformer.inParallel(count: count) { index in
          results[index] = Result {
            if stopsWhenCancelled, task?.isCancelled == true { throw CancellationError() }
            return try body(index)
          }
        }
      }
    }
    return try results.compactMap { try $0?.get() }
  }
}
