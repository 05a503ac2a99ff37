import Kernels

/// One KV head's keys, packed for the rows of a window: in bf16 where they and the queries are such numbers
/// and the CPU multiplies them, else as floats.
enum WindowKeys {
  case float32(PackedVectors)
  /// As `laq_pack_keys_bf16` has them.
  case bfloat16([UInt16])

  /// - Parameter rows: rows from beyond the prompt are floats, and are not rounded.
  init(_ recording: Recording, layer: Int, kvHead: Int, for rows: [ObservedRow] = []) {
    let areRounded = rows.allSatisfy { observed in
      if case .prompt(let position) = observed.row { position >= recording.firstQueryPosition } else { false }
    }
    let width = recording.tokenCount * recording.shape.headDimension
    if areRounded, laq_bf16_is_multiplied() != 0, recording.shape.headDimension % 2 == 0,
      recording.layers[layer].queries.isRounded, recording.layers[layer].keys.isRounded
    {
      let (count, dimension) = (Int32(recording.tokenCount), Int32(recording.shape.headDimension))
      var packed = [UInt16](repeating: 0, count: laq_packed_bf16_count(count, dimension))
      _ = recording.layers[layer].keys.withBFloat16(kvHead * width..<(kvHead + 1) * width) {
        laq_pack_keys_bf16($0, 0, count, dimension, &packed)
      }
      self = .bfloat16(packed)
    } else {
      self = .float32(recording.packedKeys(layer: layer, kvHead: kvHead))
    }
  }

  /// The scores of some rows of one query head, in rows of `stride`.
  func scores(
    _ recording: Recording, layer: Int, queryHead: Int, _ rows: [ObservedRow], beyond: QueryRows?,
    to target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let (dimension, count) = (recording.shape.headDimension, rows.count)
    let rule = recording.rules[layer].kernel
    switch self {
    case .float32(let packed):
      withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, count * dimension)) { queries in
        guard let start = queries.baseAddress else { return }
        for (index, observed) in rows.enumerated() {
          recording.copyQuery(layer, queryHead, observed.row, beyond: beyond, to: start + index * dimension)
        }
        packed.scores(of: start, rowCount: count, rule, to: target)
      }
    case .bfloat16(let packed):
      withUnsafeTemporaryAllocation(of: UInt16.self, capacity: max(1, count * dimension)) { queries in
        guard let start = queries.baseAddress else { return }
        for (index, observed) in rows.enumerated() {
          guard case .prompt(let position) = observed.row else { continue }
          let first = recording.queryIndex(queryHead, at: position)
          recording.layers[layer].queries.copyRounded(
            first..<first + dimension, to: start + index * dimension)
        }
        laq_row_scores_bf16(
          start, Int32(count), packed, Int32(recording.tokenCount), Int32(dimension), rule, target,
          Int32(stride))
      }
    }
  }

  /// Adds up what each key receives from all prompt queries of one head.
  /// - Parameter sums: `[tokenCount]`.
  func received(_ recording: Recording, layer: Int, queryHead: Int, _ sums: inout [Float]) {
    let (count, dimension) = (Int32(recording.tokenCount), Int32(recording.shape.headDimension))
    let rule = recording.rules[layer].kernel
    let recorded = recording.logSumExps(layer: layer, queryHead: queryHead)
    let known = recorded.allSatisfy(\.isFinite) ? recorded : nil
    switch self {
    case .float32(let packed):
      let queries = recording.queries(layer: layer, queryHead: queryHead)
      let normalisers =
        known
        ?? Self.normalisers(recording.tokenCount) {
          laq_add_log_sum_exp(queries, count, 0, packed.elements, 0, count, dimension, rule, $0)
        }
      laq_received_attention(queries, count, packed.elements, normalisers, dimension, rule, &sums)
    case .bfloat16(let packed):
      let first = recording.queryIndex(queryHead, at: 0)
      _ = recording.layers[layer].queries.withBFloat16(first..<first + recording.tokenCount * Int(dimension))
      { queries in
        let normalisers =
          known
          ?? Self.normalisers(recording.tokenCount) {
            laq_add_log_sum_exp_bf16(queries, count, 0, packed, 0, count, dimension, rule, $0)
          }
        laq_received_attention_bf16(queries, count, packed, normalisers, dimension, rule, &sums)
      }
    }
  }

  /// Normalisers that are not known, added up.
  private static func normalisers(_ count: Int, _ add: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
    var sums = [Float](repeating: -.infinity, count: count)
    sums.withUnsafeMutableBufferPointer { sums in if let start = sums.baseAddress { add(start) } }
    return sums
  }
}
