import Exploration
import Synchronization

/// Remembers the heatmap's rows as they are pooled to cells: for each frame, that would look at every key of
/// every row in sight.
///
/// The same questions have the same answers whether they are remembered or not, so drawing stays a pure
/// function.
final class PooledRows: Sendable {
  private struct Row: Hashable {
    let section: AttentionRows.Section
    let index: Int
  }

  private struct Pooled {
    /// What was pooled. It is held so that no other row can come to lie where it does.
    let weights: [Float]
    let cells: [Float]
  }

  private struct Memory {
    var columns: HeatmapColumns?
    var rows: [Row: Pooled] = [:]
  }

  private let memory = Mutex(Memory())

  /// A row's largest value in each cell; `nil` for a row that is not computed.
  ///
  /// A row is the remembered one if it is the same array: what was computed anew, under another budget or for
  /// another prompt, is another.
  func cells(_ entry: HeatmapRows.Entry, of attention: AttentionRows, _ columns: HeatmapColumns) -> [Float]? {
    guard let weights = attention.weights(entry.section, entry.index) else { return nil }
    let row = Row(section: entry.section, index: entry.index)
    return memory.withLock { memory in
      if memory.columns != columns { memory = Memory(columns: columns) }
      if let known = memory.rows[row], Self.isSame(known.weights, weights) { return known.cells }
      let made = columns.pooled(weights)
      memory.rows[row] = Pooled(weights: weights, cells: made)
      return made
    }
  }

  private static func isSame(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count
      && a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { a.baseAddress == $0.baseAddress } }
  }
}
