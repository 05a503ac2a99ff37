import Eviction
import Kernels
import Transformer

/// How far attention comes out otherwise on kept tokens than on all of them: what the mass on kept tokens
/// stands for.
///
/// Of a query head, over the true decode rows r:
///
///     √( Σ_r ‖o'_r − o_r‖² / Σ_r ‖o_r‖² ),  o_r = Σ_j p_rj v_j over all prompt tokens,
///     o'_r the same over kept tokens, p' being the softmax over these
///
/// 0 is no error. A head that keeps nothing has an error of 1, and one that keeps what points elsewhere may have
/// more. Values are taken before the output projection.
enum OutputErrors {
  /// Decode rows that are looked at: of longer answers the first.
  static let rowLimit = 64

  /// The errors of some kept sets, `[set][layer][queryHead]`, KV heads in parallel; `nil` where there are no
  /// values, or no decode rows.
  ///
  /// Cost: per query head and row one attention over all prompt tokens, and one over the kept ones of each set.
  /// - Throws: `CancellationError`, looked for before each layer.
  static func measure(_ recording: Recording, decode: QueryRows, of sets: [KeptTokens]) throws
    -> [[[Double]]]?
  {
    let shape = recording.shape
    guard decode.count > 0, recording.layers.allSatisfy({ $0.values.count > 0 }) else { return nil }
    let layers = try (0..<shape.layerCount).map { layer -> [[[Double]]] in
      try Task.checkCancellation()
      var groups = [[[Double]]](repeating: [], count: shape.kvHeadCount)
      groups.withUnsafeMutableBufferPointer { groups in
        inParallel(count: groups.count, bytesEach: recording.tokenCount * shape.headDimension * 8) { kvHead in
          groups[kvHead] = measure(recording, layer: layer, kvHead: kvHead, decode: decode, of: sets)
        }
      }
      return groups
    }
    return sets.indices.map { set in layers.map { groups in groups.flatMap { $0.map { $0[set] } } } }
  }

  /// `[query head of the group][set]`
  private static func measure(
    _ recording: Recording, layer: Int, kvHead: Int, decode: QueryRows, of sets: [KeptTokens]
  ) -> [[Double]] {
    let all = Vectors(recording, layer: layer, kvHead: kvHead)
    let rule = recording.rules[layer]
    return recording.shape.queryHeads(of: kvHead).map { head in
      let kept = sets.map { all.gathering($0.positions(layer: layer, queryHead: head)) }
      var differences = [Double](repeating: 0, count: sets.count)
      var magnitude = 0.0
      for row in 0..<min(decode.count, rowLimit) {
        let query = Array(decode.query(layer: layer, row: row, queryHead: head))
        let first = rule.firstVisible(at: decode.positions[row])
        let output = all.output(of: query, rule, from: first)
        magnitude += output.reduce(0) { $0 + Double($1) * Double($1) }
        for (set, vectors) in kept.enumerated() {
          for (a, b) in zip(output, vectors.output(of: query, rule, from: first)) {
            differences[set] += (Double(a) - Double(b)) * (Double(a) - Double(b))
          }
        }
      }
      return differences.map { magnitude > 0 ? ($0 / magnitude).squareRoot() : 0 }
    }
  }

  /// Keys and values of some tokens of a head.
  private struct Vectors {
    /// Ascending.
    let positions: [Int]
    let keys: [Float]
    let values: [Float]
    let dimension: Int

    init(_ recording: Recording, layer: Int, kvHead: Int) {
      dimension = recording.shape.headDimension
      positions = Array(0..<recording.tokenCount)
      keys = recording.keys(layer: layer, kvHead: kvHead)
      values = recording.values(layer: layer, kvHead: kvHead)
    }

    private init(positions: [Int], keys: [Float], values: [Float], dimension: Int) {
      (self.positions, self.keys, self.values, self.dimension) = (positions, keys, values, dimension)
    }

    func gathering(_ wanted: [Int]) -> Vectors {
      func rows(_ vectors: [Float]) -> [Float] {
        var rows: [Float] = []
        rows.reserveCapacity(wanted.count * dimension)
        for position in wanted { rows += vectors[position * dimension..<(position + 1) * dimension] }
        return rows
      }
      return Vectors(positions: wanted, keys: rows(keys), values: rows(values), dimension: dimension)
    }

    /// What a query reads of the tokens from a position on; zeros where it sees none.
    func output(of query: [Float], _ rule: AttentionRule, from first: Int) -> [Float] {
      let start = positions.firstIndex { $0 >= first } ?? positions.count
      let count = positions.count - start
      var output = [Float](repeating: 0, count: dimension)
      guard count > 0 else { return output }
      var (maximum, total) = (Float(0), Float(0))
      var scratch = [Float](repeating: 0, count: count)
      keys.withUnsafeBufferPointer { keys in
        values.withUnsafeBufferPointer { values in
          guard let keys = keys.baseAddress, let values = values.baseAddress else { return }
          laq_attend_part(
            query, keys + start * dimension, values + start * dimension, Int32(count), Int32(dimension),
            rule.kernel, &scratch, &output, &maximum, &total)
        }
      }
      return output.map { $0 / total }
    }
  }
}
