import Eviction
import Foundation
import Transformer

/// What every query head's attention is like, independent of what is kept: `[layer][queryHead]` each.
///
/// The rows are the queries of the full cache's answer, the truth. Where the answer is empty there are no figures.
public struct HeadFigures: Sendable, Hashable {
  /// Prompt tokens that count as sinks: as many as StreamingLLM keeps.
  public static let sinkCount = 4

  /// The mean entropy of a row, in bits: 2 to this power is how many keys a row effectively looks at.
  public let entropy: [[Double]]
  /// The mean share of a row that falls on the first `sinkCount` tokens.
  public let sinkShare: [[Double]]
  /// The mean cosine between the sum of the window's rows and each true row (`AttentionRows.agreement`).
  public let windowAgreement: [[Double]]
  /// The same for each policy's lookahead rows; edits do not change them, and the key has none.
  public let lookaheadAgreement: [Policy: [[Double]]]

  /// Computes all figures, head by head in parallel.
  ///
  /// Cost: an attention row per head for each row of the window, of the lookaheads and of the truth.
  /// - Throws: `CancellationError`, looked for before each layer.
  init?(_ story: Story) throws {
    guard let recording = story.recording, let decode = story.decodeQueries, decode.count > 0 else { return nil }
    let lookaheads = Self.lookaheads(story)
    var layers: [[Head]] = []
    for layer in 0..<recording.shape.layerCount {
      try Task.checkCancellation()
      var heads = [Head](repeating: Head(), count: recording.shape.queryHeadCount)
      heads.withUnsafeMutableBufferPointer { heads in
        let rows = 2 * decode.count + AttentionRows.windowSize
        inParallel(count: heads.count, bytesEach: rows * recording.tokenCount * 4) { head in
          heads[head] = Head(
            recording, layer: layer, head: head, decode: decode, lookaheads: lookaheads.map(\.rows))
        }
      }
      layers.append(heads)
    }
    entropy = layers.map { $0.map(\.entropy) }
    sinkShare = layers.map { $0.map(\.sinkShare) }
    windowAgreement = layers.map { $0.map(\.window) }
    var agreement: [Policy: [[Double]]] = [:]
    for (index, lookahead) in lookaheads.enumerated() {
      for policy in lookahead.policies { agreement[policy.unedited] = layers.map { $0.map { $0.lookaheads[index] } } }
    }
    lookaheadAgreement = agreement
  }

  /// Every lookahead once, with the policies that share it.
  private static func lookaheads(_ story: Story) -> [(rows: QueryRows, policies: [Policy])] {
    let lanes = story.lanes.filter { $0.lookahead?.queries.count ?? 0 > 0 }
    return Dictionary(grouping: lanes) { $0.lookahead?.settings }.values.compactMap { lanes in
      lanes[0].lookahead.map { ($0.queries, lanes.map(\.policy)) }
    }
  }

  /// One head's figures.
  private struct Head: Sendable {
    var entropy = 0.0
    var sinkShare = 0.0
    var window = 0.0
    var lookaheads: [Double] = []

    init() {}

    init(_ recording: Recording, layer: Int, head: Int, decode: QueryRows, lookaheads: [QueryRows]) {
      func rows(_ queries: QueryRows) -> [[Float]] {
        (0..<queries.count).map {
          recording.attention(layer: layer, queryHead: head, row: .beyond(row: $0), beyond: queries)
        }
      }
      let truth = rows(decode)
      for row in truth {
        entropy += Self.bits(row) / Double(truth.count)
        sinkShare += row.prefix(HeadFigures.sinkCount).reduce(0) { $0 + Double($1) } / Double(truth.count)
      }
      let newest = max(0, recording.tokenCount - AttentionRows.windowSize)..<recording.tokenCount
      let observed = newest.map { recording.attention(layer: layer, queryHead: head, row: .prompt(position: $0)) }
      window = AttentionRows.agreement(of: observed, with: truth) ?? 0
      self.lookaheads = lookaheads.map { AttentionRows.agreement(of: rows($0), with: truth) ?? 0 }
    }

    private static func bits(_ row: [Float]) -> Double {
      row.reduce(0.0) { $1 > 0 ? $0 - Double($1) * log2(Double($1)) : $0 }
    }
  }
}
