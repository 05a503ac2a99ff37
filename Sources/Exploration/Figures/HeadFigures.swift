import Eviction
import Foundation
import Kernels
import Transformer

/// What every query head's attention is like, independent of what is kept: `[layer][queryHead]` each.
///
/// The rows are the queries of the full cache's answer. Where the answer is empty there are no
/// figures.
public struct HeadFigures: Sendable, Hashable {
  /// Prompt tokens that count as sinks: as many as StreamingLLM keeps.
  public static let sinkCount = 4

  /// The mean entropy of a row, in bits: 2 to this power is how many keys a row effectively looks at.
  public let entropy: [[Double]]
  /// The mean share of a row that falls on the first `sinkCount` tokens.
  public let sinkShare: [[Double]]
  /// The mean cosine between the sum of a window's rows and each decode row (`AttentionRows.agreement`), by the
  /// window's size: those of the policies' own windows, and of the one that stands for policies without.
  public let windowAgreement: [Int: [[RowAgreement]]]
  /// The same for each policy's lookahead rows; edits do not change them, and the key has none.
  public let lookaheadAgreement: [Policy: [[RowAgreement]]]

  /// Computes all figures, the heads of a KV head together, and KV heads in parallel.
  ///
  /// Cost: an attention row per head for each row of the window, of the lookaheads and of the answer.
  /// - Throws: `CancellationError`, looked for before each layer.
  init?(_ run: Run) throws {
    guard let recording = run.recording, let decode = run.decodeQueries, decode.count > 0 else { return nil }
    let lookaheads = Self.lookaheads(run)
    let windows = run.windowSizes
    let layers = try Self.heads(
      recording,
      ComparedRows(
        decode: decode, windows: windows, lookaheads: lookaheads.map(\.rows), comparesDecode: false))
    entropy = layers.map { $0.map(\.entropy) }
    sinkShare = layers.map { $0.map(\.sinkShare) }
    windowAgreement = Dictionary(
      uniqueKeysWithValues: windows.enumerated().map { place, size in
        (size, layers.map { $0.map { $0.window(place) } })
      })
    var agreement: [Policy: [[RowAgreement]]] = [:]
    for (index, lookahead) in lookaheads.enumerated() {
      for policy in lookahead.policies {
        agreement[policy.unedited] = layers.map { $0.map { $0.lookahead(index) } }
      }
    }
    lookaheadAgreement = agreement
  }

  /// Looks at every head, `[layer][queryHead]`; the heads of a KV head together, and KV heads in parallel.
  /// - Throws: `CancellationError`, looked for before each layer.
  private static func heads(_ recording: Recording, _ rows: ComparedRows) throws -> [[Head]] {
    try (0..<recording.shape.layerCount).map { layer in
      try Task.checkCancellation()
      var groups = [[Head]](repeating: [], count: recording.shape.kvHeadCount)
      groups.withUnsafeMutableBufferPointer { groups in
        inParallel(count: groups.count, bytesEach: rows.byteCount(recording)) { kvHead in
          groups[kvHead] = heads(recording, layer: layer, kvHead: kvHead, rows)
        }
      }
      return groups.flatMap(\.self)
    }
  }

  /// Whether they tell of every window and lookahead that a run's results have.
  func cover(_ run: Run) -> Bool {
    run.windowSizes.allSatisfy { windowAgreement[$0] != nil }
      && run.results.allSatisfy { result in
        (result.lookahead?.queries.count ?? 0) == 0 || lookaheadAgreement[result.policy.unedited] != nil
      }
  }

  /// Every lookahead once, with the policies that share it.
  private static func lookaheads(_ run: Run) -> [(rows: QueryRows, policies: [Policy])] {
    let lanes = run.results.filter { $0.lookahead?.queries.count ?? 0 > 0 }
    return Dictionary(grouping: lanes) { $0.lookahead?.settings }.values.compactMap { lanes in
      lanes[0].lookahead.map { ($0.queries, lanes.map(\.policy)) }
    }
  }

  /// One head's figures.
  struct Head: Sendable {
    fileprivate(set) var entropy = 0.0
    fileprivate(set) var sinkShare = 0.0
    /// The mean cosines of the sums of rows with each decode row: each window's, then each lookahead's, then
    /// the truth's own.
    fileprivate var agreements: [RowAgreement]
    fileprivate let windowCount: Int

    /// That of a window's rows, an index into those that were compared.
    func window(_ index: Int) -> RowAgreement { agreements[index] }
    /// That of a lookahead, an index into those that were compared.
    func lookahead(_ index: Int) -> RowAgreement { agreements[windowCount + index] }
    /// That of the decode rows themselves, if it was asked for: what cannot be surpassed by far.
    var decode: RowAgreement { agreements[agreements.count - 1] }

    /// Adds a decode row.
    /// - Parameter alike: how alike what each window and each lookahead foresees is to it.
    fileprivate mutating func add(_ row: UnsafeBufferPointer<Float>, _ alike: [RowAgreement]) {
      entropy += laq_bits(row.baseAddress, Int32(row.count))
      sinkShare += row.prefix(HeadFigures.sinkCount).reduce(0) { $0 + Double($1) }
      for (index, one) in alike.enumerated() { agreements[index].add(one) }
    }

    /// Turns the sums to means over so many rows.
    mutating func divide(by count: Int) {
      entropy /= Double(count)
      sinkShare /= Double(count)
      for index in agreements.indices { agreements[index].divide(by: count) }
    }
  }

  /// The figures of the query heads that read one KV head.
  /// - Parameter body: given each decode row's number, its query head's place in the group, its attention, and
  ///   how alike each sum is to it.
  static func heads(
    _ recording: Recording, layer: Int, kvHead: Int, _ rows: ComparedRows,
    eachRow body: (_ step: Int, _ place: Int, UnsafeBufferPointer<Float>, [RowAgreement]) -> Void = {
      _, _, _, _ in
    }
  ) -> [Head] {
    let foreseen = rows.sums(recording, layer: layer, kvHead: kvHead)
    var heads = recording.shape.queryHeads(of: kvHead).map { _ in
      Head(
        agreements: Array(repeating: RowAgreement(), count: foreseen.count), windowCount: rows.windows.count)
    }
    rows.eachDecodeRow(recording, layer: layer, kvHead: kvHead) { step, place, row in
      let alike = foreseen.map { RowAgreement(of: $0[place], with: row) }
      heads[place].add(row, alike)
      body(step, place, row, alike)
    }
    for place in heads.indices { heads[place].divide(by: rows.decode.count) }
    return heads
  }
}
