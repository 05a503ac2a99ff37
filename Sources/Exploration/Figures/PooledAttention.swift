import Eviction
import Foundation
import Transformer

/// The attention of many heads at once, small enough for a page: of each row the largest weight in each cell of
/// neighbouring keys as one of sixteen levels, and the keys that it reads most.
///
/// Sinks, at which nearly every row looks, are left out of both.
package struct PooledAttention: Sendable {
  /// A row: the query of a token of the window, of a lookahead or of the full cache's answer.
  package struct Row: Sendable, Hashable {
    /// Where its query comes from.
    package let section: AttentionRows.Section
    /// Its index in the section.
    package let index: Int
  }

  /// A key and the attention that it has.
  package struct Key: Sendable, Hashable {
    /// The token's place in the prompt.
    package let position: Int
    /// The level of its weight.
    package let level: Int
  }

  /// Keys that are told of each row.
  package static let keyCount = 3
  /// The most rows of a section.
  package static let rowLimit = 48
  /// The highest level, which stands for all of a row's attention; one below is ten to the power of -1/4 of it.
  package static let highestLevel = 15

  /// The rows of every head.
  package let rows: [Row]
  /// Keys of a cell.
  package let keysPerCell: Int
  /// Levels of the cells, `[query head][row][cell]`, the heads in the order of the layers and KV heads that
  /// were asked for.
  package let levels: [[UInt8]]
  /// The keys that each row reads most, those that it reads most first, `[query head][row]`; fewer in short
  /// prompts.
  package let strongest: [[[Key]]]

  /// Looks at every row of some KV heads, which are taken in parallel.
  ///
  /// Cost: an attention row for each query head, and each row of the window, the lookahead and the answer.
  /// - Parameters:
  ///   - result: whose window and lookahead the rows are.
  ///   - cellLimit: about the most cells, over all heads and rows; there are 32 of each row at least.
  /// - Throws: `CancellationError`, looked for before each layer.
  package init?(
    _ run: Run, result: PolicyResult?, kvHeads: [(layer: Int, kvHead: Int)], cellLimit: Int
  ) throws {
    guard let recording = run.recording, recording.tokenCount > 0 else { return nil }
    let count = recording.tokenCount
    let window = min(run.windowSize(of: result), count, Self.rowLimit)
    let sections: [(section: AttentionRows.Section, rows: [ObservedRow], beyond: QueryRows?)] = [
      (.window, recording.newestRows(window), nil),
      (
        .lookahead, recording.rows(beyond: 0..<min(result?.lookahead?.queries.count ?? 0, Self.rowLimit)),
        result?.lookahead?.queries
      ),
      (
        .decode, recording.rows(beyond: 0..<min(run.decodeQueries?.count ?? 0, Self.rowLimit)),
        run.decodeQueries
      ),
    ]
    let rows = sections.flatMap { section in
      section.rows.indices.map { Row(section: section.section, index: $0) }
    }
    let rowCount = max(1, rows.count * recording.shape.groupSize * kvHeads.count)
    let cells = min(count, max(32, min(256, cellLimit / rowCount)))
    let keysPerCell = (count + cells - 1) / cells
    (self.rows, self.keysPerCell) = (rows, keysPerCell)

    var levels: [[UInt8]] = []
    var strongest: [[[Key]]] = []
    for layer in kvHeads.map(\.layer).reduce(into: [Int](), { if $0.last != $1 { $0.append($1) } }) {
      try Task.checkCancellation()
      let heads = kvHeads.filter { $0.layer == layer }
      var found = [[(levels: [UInt8], strongest: [[Key]])]](repeating: [], count: heads.count)
      found.withUnsafeMutableBufferPointer { found in
        inParallel(count: heads.count, bytesEach: 2 * Self.rowLimit * count * 4) { index in
          var group = [(levels: [UInt8], strongest: [[Key]])](
            repeating: ([], []), count: recording.shape.groupSize)
          for section in sections where !section.rows.isEmpty {
            let first = recording.shape.queryHeads(of: heads[index].kvHead).lowerBound
            _ = recording.observe(
              layer: layer, kvHead: heads[index].kvHead, section.rows, beyond: section.beyond
            ) { head, weights in
              for row in section.rows.indices {
                group[head - first].levels += Self.pooled(weights[row], keysPerCell)
                group[head - first].strongest.append(Self.strongest(weights[row]))
              }
            }
          }
          found[index] = group
        }
      }
      levels += found.joined().map(\.levels)
      strongest += found.joined().map(\.strongest)
    }
    (self.levels, self.strongest) = (levels, strongest)
  }

  /// The level that is nearest to a weight; 0 for next to nothing.
  static func level(_ weight: Float) -> Int {
    guard weight > 0 else { return 0 }
    return max(0, min(highestLevel, highestLevel + Int((4 * log10(Double(weight))).rounded())))
  }

  private static func pooled(_ weights: UnsafeBufferPointer<Float>, _ keysPerCell: Int) -> [UInt8] {
    stride(from: 0, to: weights.count, by: keysPerCell).map { start in
      var largest: Float = 0
      for key in max(
        start, HeadFigures.sinkCount)..<max(
          HeadFigures.sinkCount, min(weights.count, start + keysPerCell)) where weights[key] > largest
      {
        largest = weights[key]
      }
      return UInt8(level(largest))
    }
  }

  private static func strongest(_ weights: UnsafeBufferPointer<Float>) -> [Key] {
    var found: [Int] = []
    for key in weights.indices.dropFirst(HeadFigures.sinkCount) {
      guard found.count < keyCount || weights[key] > weights[found[found.count - 1]] else { continue }
      if found.count == keyCount { found.removeLast() }
      found.insert(key, at: found.firstIndex { weights[key] > weights[$0] } ?? found.count)
    }
    return found.map { Key(position: $0, level: level(weights[$0])) }
  }
}
