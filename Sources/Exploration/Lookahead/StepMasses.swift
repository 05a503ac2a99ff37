import Eviction
import Kernels
import Transformer

extension Run {
  /// The share of each answer token's own attention that falls on what each policy keeps, `[step]`, the mean
  /// over all query heads: a mean over the whole answer does not say how far ahead a lookahead sees.
  /// - Throws: `CancellationError`, looked for before each layer.
  func stepMasses() throws -> [Policy: [Double]] {
    guard let recording, let decodeQueries, decodeQueries.count > 0 else { return [:] }
    let shape = recording.shape
    var totals = results.map { _ in [Double](repeating: 0, count: decodeQueries.count) }
    for layer in 0..<shape.layerCount {
      try Task.checkCancellation()
      var groups = [[[Double]]](repeating: [], count: shape.kvHeadCount)
      groups.withUnsafeMutableBufferPointer { groups in
        inParallel(count: groups.count, bytesEach: Self.piece * recording.tokenCount * 4) { kvHead in
          groups[kvHead] = masses(recording, decodeQueries, layer: layer, kvHead: kvHead)
        }
      }
      for group in groups {
        for index in totals.indices {
          for step in totals[index].indices { totals[index][step] += group[index][step] }
        }
      }
    }
    let heads = Double(shape.layerCount * shape.queryHeadCount)
    return Dictionary(zip(results.map(\.policy), totals.map { $0.map { $0 / heads } })) { first, _ in first }
  }

  /// Answer tokens that are looked at together.
  private static let piece = 64

  /// The sums over the query heads that read one KV head, `[result][step]`.
  private func masses(_ recording: Recording, _ decode: QueryRows, layer: Int, kvHead: Int) -> [[Double]] {
    var sums = results.map { _ in [Double](repeating: 0, count: decode.count) }
    for start in stride(from: 0, to: decode.count, by: Self.piece) {
      let rows = recording.rows(beyond: start..<min(start + Self.piece, decode.count))
      _ = recording.observe(layer: layer, kvHead: kvHead, rows, beyond: decode) { head, weights in
        for row in rows.indices {
          let weights = weights[row]
          let total = weights.reduce(0) { $0 + Double($1) }
          for (index, result) in results.enumerated() {
            let kept = result.kept.positions(layer: layer, queryHead: head)
            let share = kept.reduce(0) { $0 + Double(weights[$1]) }
            sums[index][start + row] += total > 0 ? share / total : 1
          }
        }
      }
    }
    return sums
  }
}
