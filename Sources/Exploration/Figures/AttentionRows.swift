import Eviction
import Kernels
import Transformer

/// The attention rows of one layer that are to be compared: the prompt's last queries, a policy's lookahead,
/// and the decode attention, over all prompt keys. Computed off the screen's thread: in large models this
/// takes longer than a frame.
public struct AttentionRows: Sendable {
  /// Prompt rows that stand for the observation window of a policy that has none: as many as SnapKV's.
  public static let standardWindow = 32
  /// Rows of a section at most: more would be hundreds of megabytes for long answers to long prompts.
  public static let rowLimit = 256

  /// Where a row's query comes from.
  public enum Section: String, Sendable, Hashable, CaseIterable {
    case window = "WINDOW"
    case lookahead = "LOOKAHEAD"
    case decode = "DECODE"
  }

  /// The heads that a row stands for.
  public enum Heads: Sendable, Hashable {
    /// One query head.
    case single(Int)
    /// The mean over all heads of the layer.
    case mean
    /// The largest over all heads of the layer.
    case max
  }

  /// What was asked for; two requests are equal when their rows are.
  public struct Request: Sendable, Hashable {
    /// The layer.
    public let layer: Int
    /// Its heads.
    public let heads: Heads
    /// Rows of the policy's own window, or of SnapKV's where it has none.
    public let windowCount: Int
    let settings: ExplorationSettings
    let policy: Policy?
    let lookaheadCount: Int
    let decodeCount: Int
    let tokenCount: Int

    /// Asks for the rows of a run as far as it has come; `nil` before its prefill is done, or beyond the
    /// model.
    public init?(_ run: Run, result: PolicyResult?, layer: Int, heads: Heads) {
      guard let recording = run.recording, layer < recording.shape.layerCount else { return nil }
      if case .single(let head) = heads, head >= recording.shape.queryHeadCount { return nil }
      self.layer = layer
      self.heads = heads
      windowCount = min(run.windowSize(of: result), AttentionRows.rowLimit)
      settings = run.settings
      policy = result?.lookahead == nil ? nil : result?.policy
      lookaheadCount = min(result?.lookahead?.queries.count ?? 0, AttentionRows.rowLimit)
      decodeCount = min(run.decodeQueries?.count ?? 0, AttentionRows.rowLimit)
      tokenCount = recording.tokenCount
    }

    /// About how many multiplications it takes.
    public func work(_ run: Run) -> Int {
      guard let shape = run.recording?.shape else { return 0 }
      let heads = if case .single = heads { 1 } else { shape.queryHeadCount }
      return (windowCount + lookaheadCount + decodeCount) * tokenCount * shape.headDimension
        * heads
    }
  }

  /// What was asked for.
  public let request: Request
  private let rows: [Section: [[Float]]]
  private let agreements: [Set<Section>: RowAgreement]
  /// The most attention that any of the rows gives a key which is no sink.
  public let largestBesideSinks: Float

  /// Computes the rows.
  public init?(_ request: Request, _ run: Run) {
    guard let recording = run.recording else { return nil }
    self.request = request
    let result = run.results.first { $0.policy == request.policy }
    func attention(_ rows: [ObservedRow], _ beyond: QueryRows? = nil) -> [[Float]] {
      Self.attention(recording, layer: request.layer, heads: request.heads, rows, beyond: beyond)
    }
    let rows: [Section: [[Float]]] = [
      .window: attention(recording.newestRows(request.windowCount)),
      .lookahead: attention(recording.rows(beyond: 0..<request.lookaheadCount), result?.lookahead?.queries),
      .decode: attention(recording.rows(beyond: 0..<request.decodeCount), run.decodeQueries),
    ]
    self.rows = rows
    var agreements: [Set<Section>: RowAgreement] = [:]
    for sections in [[Section.window], [.lookahead], [.window, .lookahead]] {
      agreements[Set(sections)] = Self.agreement(
        of: sections.flatMap { rows[$0] ?? [] }, with: rows[.decode] ?? [])
    }
    self.agreements = agreements
    largestBesideSinks = rows.values.joined().reduce(0) { largest, row in
      max(largest, row.dropFirst(HeadFigures.sinkCount).max() ?? 0)
    }
  }

  /// A row's attention, `[tokenCount]`; `nil` where there is no such row.
  public func weights(_ section: Section, _ index: Int) -> [Float]? {
    guard let rows = rows[section], rows.indices.contains(index) else { return nil }
    return rows[index]
  }

  /// How well the rows of some sections foresee the decode attention, over all rows; `nil` without both.
  public func agreement(of sections: Set<Section>) -> RowAgreement? { agreements[sections] }

  /// How alike two rows are.
  public static func agreement(of row: [Float], with other: [Float]) -> RowAgreement {
    other.withUnsafeBufferPointer { RowAgreement(of: row, with: $0) }
  }

  /// The mean cosine between the sum of the observed rows and each decode row; `nil` without both.
  static func agreement(of observed: [[Float]], with decode: [[Float]]) -> RowAgreement? {
    guard let first = observed.first, !decode.isEmpty else { return nil }
    var sum = [Float](repeating: 0, count: first.count)
    for row in observed { laq_add_scaled(&sum, row, 1, Int32(sum.count)) }
    return sum.withUnsafeBufferPointer { sum in
      var total = RowAgreement()
      for row in decode { row.withUnsafeBufferPointer { total.add(sum, $0) } }
      total.divide(by: decode.count)
      return total
    }
  }

  /// The rows' attention, `[row][tokenCount]`.
  private static func attention(
    _ recording: Recording, layer: Int, heads: Heads, _ rows: [ObservedRow], beyond: QueryRows?
  ) -> [[Float]] {
    let shape = recording.shape
    if case .single(let head) = heads {
      return recording.observe(layer: layer, kvHead: head / shape.groupSize, only: head, rows, beyond: beyond)
      { _, weights in
        (0..<weights.rowCount).map { Array(weights[$0]) }
      }.first ?? []
    }
    // Weights are never negative: the largest may begin at 0, like the sum.
    var result = [[Float]](repeating: Array(repeating: 0, count: recording.tokenCount), count: rows.count)
    for kvHead in 0..<shape.kvHeadCount {
      _ = recording.observe(layer: layer, kvHead: kvHead, rows, beyond: beyond) { _, weights in
        for row in rows.indices {
          result[row].withUnsafeMutableBufferPointer { result in
            let weights = weights[row]
            if heads == .max {
              for key in result.indices { result[key] = Swift.max(result[key], weights[key]) }
            } else {
              for key in result.indices { result[key] += weights[key] }
            }
          }
        }
      }
    }
    guard heads == .mean else { return result }
    return result.map { $0.map { $0 / Float(shape.queryHeadCount) } }
  }
}

extension Run {
  /// The attention of one layer with which the full cache chose a token of its answer, `[queryHead][token]`;
  /// `nil` before that token is known.
  ///
  /// The first token was chosen by the last query before it, the prompt's or that of a question that came
  /// after the eviction, each later one by the query of the token before it.
  /// - Parameter step: the token's index in the full cache's answer.
  /// - Complexity: one attention row per query head.
  public func decodeAttention(step: Int, layer: Int) -> [[Float]]? {
    guard let recording, let decodeQueries, step >= 0, step <= decodeQueries.count,
      layer < recording.shape.layerCount
    else { return nil }
    let asked = questionQueries?.count ?? 0
    if step == 0, asked > 0 { return questionAttention(token: asked - 1, layer: layer) }
    let row: Recording.Row = step == 0 ? .prompt(position: recording.tokenCount - 1) : .beyond(row: step - 1)
    return (0..<recording.shape.queryHeadCount).map { head in
      recording.attention(layer: layer, queryHead: head, row: row, beyond: decodeQueries)
    }
  }

  /// The attention of one layer that a token of a question gave the text on the full cache, where the question
  /// came after the eviction, `[queryHead][token]`; `nil` where there is no such token.
  /// - Complexity: one attention row per query head.
  public func questionAttention(token: Int, layer: Int) -> [[Float]]? {
    guard let recording, let questionQueries, (0..<questionQueries.count).contains(token),
      layer < recording.shape.layerCount
    else { return nil }
    return (0..<recording.shape.queryHeadCount).map { head in
      recording.attention(layer: layer, queryHead: head, row: .beyond(row: token), beyond: questionQueries)
    }
  }
}
