import Kernels

/// One KV head's keys, packed for the rows of a window: in bf16 where they and the queries are such numbers and the CPU
/// multiplies them, else as floats.
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
      case .bfloat16(let keys) = recording.layers[layer].keys.elements,
      case .bfloat16 = recording.layers[layer].queries.elements
    {
      let (count, dimension) = (Int32(recording.tokenCount), Int32(recording.shape.headDimension))
      var packed = [UInt16](repeating: 0, count: laq_packed_bf16_count(count, dimension))
      keys.withUnsafeBufferPointer { keys in
        if let start = keys.baseAddress { laq_pack_keys_bf16(start + kvHead * width, 0, count, dimension, &packed) }
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
      guard case .bfloat16(let recorded) = recording.layers[layer].queries.elements else { return }
      withUnsafeTemporaryAllocation(of: UInt16.self, capacity: max(1, count * dimension)) { queries in
        guard let start = queries.baseAddress else { return }
        for (index, observed) in rows.enumerated() {
          guard case .prompt(let position) = observed.row else { continue }
          let first = recording.queryIndex(queryHead, at: position)
          for element in 0..<dimension { start[index * dimension + element] = recorded[first + element] }
        }
        laq_row_scores_bf16(
          start, Int32(count), packed, Int32(recording.tokenCount), Int32(dimension), rule, target, Int32(stride))
      }
    }
  }

  /// Adds up what each key receives from all prompt queries of one head, whose log-sum-exps are known.
  /// - Parameter sums: `[tokenCount]`.
  func received(_ recording: Recording, layer: Int, queryHead: Int, _ sums: inout [Float]) {
    let (count, dimension) = (Int32(recording.tokenCount), Int32(recording.shape.headDimension))
    let recorded = recording.layers[layer]
    let rule = recording.rules[layer].kernel
    recorded.logSumExp.withUnsafeBufferPointer { normalisers in
      guard let first = normalisers.baseAddress else { return }
      let normalisers = first + queryHead * recording.tokenCount
      if case .bfloat16(let packed) = self, case .bfloat16(let queries) = recorded.queries.elements {
        queries.withUnsafeBufferPointer { queries in
          guard let start = queries.baseAddress else { return }
          laq_received_attention_bf16(
            start + recording.queryIndex(queryHead, at: 0), count, packed, normalisers, dimension, rule, &sums)
        }
      } else if case .float32(let packed) = self {
        laq_received_attention(
          recording.queries(layer: layer, queryHead: queryHead), count, packed.elements, normalisers, dimension, rule,
          &sums)
      }
    }
  }
}
