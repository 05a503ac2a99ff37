import Transformer

/// Scores of every layer and head, ready for allocation and selection.
public struct ScoreTable: Sendable {
  /// The heads that share one kept set.
  public let granularity: Granularity
  /// The scores; those of protected positions mean nothing.
  private let table: HeadTable
  /// All of them, `[layer][head][tokenCount]`; cost: each time a read and all that memory, where they were
  /// put aside.
  public var layers: [[[Float]]] { table.layers }
  /// Layers.
  var layerCount: Int { table.layerCount }
  /// Kept sets of a layer.
  var headCount: Int { table.headCount }
  /// Positions that are kept whatever their scores under the whole budget, ascending.
  public let protected: [Int]
  /// Prompt tokens.
  public let tokenCount: Int
  /// The same head by head, where an allocation or a wrapper made them differ, `[layer][head]`.
  private let protectedByHead: [[[Int]]]?

  /// Scores a prompt under one scorer, all layers and KV heads in parallel.
  ///
  /// For KV heads the query heads' scores are joined over the group (`Scorer.grouping`) *after* pooling, in
  /// the order of kvpress (pooling and mean do not commute; policies.md 1.5).
  /// - Parameter onProgress: called on this thread at the beginning and now and then, with the heads that are
  ///   scored and with all.
  /// - Throws: `EvidenceError`; `CancellationError`, looked for before each KV head unless told otherwise.
  public init(
    _ scorer: any Scorer, evidence: Evidence, budget: Int, granularity: Granularity,
    stopsWhenCancelled: Bool = true, onProgress: ((Int, Int) -> Void)? = nil
  ) throws {
    let recording = evidence.recording
    let shape = recording.shape
    self.granularity = granularity
    tokenCount = recording.tokenCount
    protected = scorer.protectedPositions(tokenCount: recording.tokenCount, budget: budget)
    protectedByHead = nil
    let progress = ScoringProgress(count: shape.layerCount * shape.kvHeadCount, onProgress)
    let groups = try Self.inParallel(
      count: shape.layerCount * shape.kvHeadCount,
      work: recording.tokenCount * shape.layerCount * shape.queryHeadCount * shape.headDimension * 8,
      bytesEach: Self.bytesOfHead(recording), stopsWhenCancelled: stopsWhenCancelled
    ) { index in
      defer { progress.advance() }
      let heads = try scorer.groupScores(
        layer: index / shape.kvHeadCount, kvHead: index % shape.kvHeadCount, evidence: evidence)
      switch granularity {
      case .kvHead: return [heads.count == 1 ? heads[0] : scorer.grouping.apply(heads[...])]
      case .queryHead: return heads.count == 1 ? Array(repeating: heads[0], count: shape.groupSize) : heads
      }
    }
    table = HeadTable(
      (0..<shape.layerCount).map { layer in
        scorer.settled(Array(groups[layer * shape.kvHeadCount..<(layer + 1) * shape.kvHeadCount].joined()))
      })
  }

  /// Takes scores as they are.
  init(
    granularity: Granularity, layers: [[[Float]]], protected: [Int], tokenCount: Int,
    protectedByHead: [[[Int]]]? = nil
  ) {
    self.init(
      granularity: granularity, table: HeadTable(layers), protected: protected, tokenCount: tokenCount,
      protectedByHead: protectedByHead)
  }

  private init(
    granularity: Granularity, table: HeadTable, protected: [Int], tokenCount: Int, protectedByHead: [[[Int]]]?
  ) {
    self.granularity = granularity
    self.table = table
    self.protected = protected
    self.tokenCount = tokenCount
    self.protectedByHead = protectedByHead
  }

  /// The same scores with other protected positions, `[layer][head]`.
  func protecting(_ positions: [[[Int]]]) -> ScoreTable {
    ScoreTable(
      granularity: granularity, table: table, protected: protected, tokenCount: tokenCount,
      protectedByHead: positions)
  }

  /// The same scores with the positions that another budget protects.
  func protectingAnew(_ positions: [Int]) -> ScoreTable {
    ScoreTable(
      granularity: granularity, table: table, protected: positions, tokenCount: tokenCount,
      protectedByHead: nil)
  }

  /// The same scores put aside in a file, if they are many: what a screen looks up one head at a time.
  /// - Throws: `SpillError`.
  public func spilled() throws -> ScoreTable {
    ScoreTable(
      granularity: granularity, table: try table.spilled(), protected: protected, tokenCount: tokenCount,
      protectedByHead: protectedByHead)
  }

  /// The scores of one layer, `[head][tokenCount]`; cost: a read, where they were put aside.
  func heads(layer: Int) -> [[Float]] { (0..<headCount).map { table[layer, $0] } }

  /// The scores of one head, `[tokenCount]`; cost: a read, where they were put aside.
  public func scores(layer: Int, head: Int) -> [Float] { table[layer, head] }

  /// Positions that a head keeps whatever their scores, ascending.
  public func protected(layer: Int, head: Int) -> [Int] { protectedByHead?[layer][head] ?? protected }

  /// The first score that is no finite number, of those that are looked at.
  ///
  /// A sum over a row times 0 is 0 unless the row holds such a number; only then is it looked for.
  var firstOddScore: (layer: Int, head: Int, position: Int)? {
    for layer in 0..<layerCount {
      for head in 0..<headCount {
        let scores = table[layer, head]
        var sum: Float = 0
        for score in scores { sum += score * 0 }
        guard sum != 0 else { continue }
        let kept = Set(protected(layer: layer, head: head))
        if let position = scores.indices.first(where: { !scores[$0].isFinite && !kept.contains($0) }) {
          return (layer, head, position)
        }
      }
    }
    return nil
  }

  /// A token's rank among the unprotected ones of a head, 1 for the largest score; `nil` when protected.
  public func rank(of position: Int, layer: Int, head: Int) -> Int? {
    let isProtected = Set(protected(layer: layer, head: head))
    guard !isProtected.contains(position) else { return nil }
    let scores = table[layer, head]
    return 1
      + scores.indices.count { other in
        !isProtected.contains(other)
          && (scores[other] > scores[position]
            || (scores[other] == scores[position] && other < position))
      }
  }

  /// The element-wise mean of some heads, which are not none.
  static func mean(_ heads: ArraySlice<[Float]>) -> [Float] {
    var sums = heads[heads.startIndex]
    for head in heads.dropFirst() { for index in sums.indices { sums[index] += head[index] } }
    let factor = 1 / Float(heads.count)
    return sums.map { $0 * factor }
  }

  /// About how much memory it takes to score one KV head: its keys, packed, and some rows of weights.
  static func bytesOfHead(_ recording: Recording) -> Int {
    recording.tokenCount * (recording.shape.headDimension + 64) * 4
  }

  /// Runs a body for every index, in parallel unless there is little work, and gathers what it returns.
  static func inParallel<T: Sendable>(count: Int, work: Int, _ body: (Int) -> T) -> [T] {
    var results = [T?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
      Transformer.inParallel(count: count, work: work) { results[$0] = body($0) }
    }
    return results.compactMap { $0 }
  }

  /// Runs a body that may fail for every index, in parallel unless there is little work, and gathers what it
  /// returns.
  static func inParallel<T: Sendable>(
    count: Int, work: Int = .max, bytesEach: Int = 0, stopsWhenCancelled: Bool, _ body: (Int) throws -> T
  ) throws -> [T] {
    var results = [Result<T, any Error>?](repeating: nil, count: count)
    // The other threads are no tasks: they ask the one that lends them its work whether it is cancelled.
    withUnsafeCurrentTask { task in
      results.withUnsafeMutableBufferPointer { results in
        Transformer.inParallel(count: count, work: work, bytesEach: bytesEach) { index in
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
