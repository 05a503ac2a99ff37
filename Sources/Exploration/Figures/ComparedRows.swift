import Eviction
import Transformer

/// The rows whose attention is compared: sums of observed rows (windows, lookaheads, and the answer's own), and
/// each row of the full cache's answer.
struct ComparedRows {
  /// The queries of the full cache's answer.
  let decode: QueryRows
  /// Numbers of the prompt's last rows whose sum is compared with each decode row.
  let windows: [Int]
  /// Rows whose sum is, too.
  let lookaheads: [QueryRows]
  /// Whether the sum of the decode rows is, too: another look at each.
  let comparesDecode: Bool

  /// Decode rows that are looked at together.
  private static let pieceLength = 64

  /// The number of sums.
  var sumCount: Int { windows.count + beyond.count }

  /// Bytes that a look at a KV head takes at most.
  func byteCount(_ recording: Recording) -> Int {
    max(windows.max() ?? 0, Self.pieceLength, lookaheads.map(\.count).max() ?? 0) * recording.tokenCount * 4
  }

  /// The sums of a KV head's query heads: each window's, then each lookahead's, then that of the decode rows,
  /// `[sum][query head of the group][token]`.
  func sums(_ recording: Recording, layer: Int, kvHead: Int) -> [[[Float]]] {
    func sums(_ rows: [ObservedRow], _ beyond: QueryRows?) -> [[Float]] {
      recording.observe(layer: layer, kvHead: kvHead, rows, beyond: beyond) { $1.sums(recording.tokenCount) }
    }
    return windows.map { sums(recording.newestRows($0), nil) }
      + beyond.map { sums(recording.rows(beyond: 0..<$0.count), $0) }
  }

  /// Gives the decode rows of a KV head's query heads, one after the other; those of a long answer pass in
  /// pieces, which take little memory.
  /// - Parameter body: given a row's number, its query head's place in the group, and its attention.
  func eachDecodeRow(
    _ recording: Recording, layer: Int, kvHead: Int,
    _ body: (_ step: Int, _ place: Int, UnsafeBufferPointer<Float>) -> Void
  ) {
    let first = recording.shape.queryHeads(of: kvHead).lowerBound
    for start in stride(from: 0, to: decode.count, by: Self.pieceLength) {
      let rows = recording.rows(beyond: start..<min(start + Self.pieceLength, decode.count))
      _ = recording.observe(layer: layer, kvHead: kvHead, rows, beyond: decode) { head, weights in
        for row in rows.indices { body(start + row, head - first, weights[row]) }
      }
    }
  }

  private var beyond: [QueryRows] { lookaheads + (comparesDecode ? [decode] : []) }
}
