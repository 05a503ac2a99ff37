import Kernels

/// Collects one layer's queries, keys and values head by head while a prompt passes it in chunks, and attends
/// over them; used again for the next layer.
///
/// Where products are in bf16 and the CPU multiplies it, queries, keys and values are rounded to bf16 as in
/// any bf16 engine, and recorded as rounded: what is recomputed from the recording is what the model
/// computed.
final class LayerRecorder {
  let shape: ModelShape
  let vectors: Vectors
  let logSumExp: Rows
  private let tokenCount: Int

  /// A row of `tokenCount · dimension` per head of queries, then of keys, then of values; and packed for
  /// attention.
  enum Vectors {
    case float32(heads: Rows, packedKeys: Rows)
    case bfloat16(heads: HalfRows, packedKeys: HalfRows, packedValues: HalfRows)
  }

  init(shape: ModelShape, tokenCount: Int, precision: Precision) {
    self.shape = shape
    self.tokenCount = tokenCount
    let dimension = shape.headDimension
    let heads = shape.queryHeadCount + 2 * shape.kvHeadCount
    logSumExp = Rows(count: shape.queryHeadCount, width: tokenCount)
    if precision.usesBFloat16, laq_bf16_is_multiplied() != 0, dimension % 2 == 0 {
      let packed = laq_packed_bf16_count(Int32(tokenCount), Int32(dimension))
      vectors = .bfloat16(
        heads: HalfRows(count: heads, width: tokenCount * dimension),
        packedKeys: HalfRows(count: shape.kvHeadCount, width: packed),
        packedValues: HalfRows(count: shape.kvHeadCount, width: packed))
    } else {
      let packed = laq_packed_keys_count(Int32(tokenCount), Int32(dimension))
      vectors = .float32(
        heads: Rows(count: heads, width: tokenCount * dimension),
        packedKeys: Rows(count: shape.kvHeadCount, width: packed))
    }
  }

  /// Records the projections of the tokens of a chunk and writes their causal attention to
  /// `buffers.attended`.
  func attend(rule: AttentionRule, _ chunk: Range<Int>, buffers: Decoder.Workspace) {
    let work = chunk.count * chunk.upperBound * shape.queryHeadCount * shape.headDimension
    inParallel(count: shape.queryHeadCount + 2 * shape.kvHeadCount, work: work) { head in
      collect(head, chunk, from: buffers.projected)
    }
    let blockSize = Int(LAQ_BF16_ROWS)
    let blocks = (chunk.count + blockSize - 1) / blockSize
    inParallel(count: shape.queryHeadCount * blocks, work: work) { index in
      // Later rows see more keys: the longest blocks go first, so that no core waits at the end.
      let first = (blocks - 1 - index / shape.queryHeadCount) * blockSize
      let rows = chunk.lowerBound + first..<min(chunk.lowerBound + first + blockSize, chunk.upperBound)
      let head = index % shape.queryHeadCount
      attend(
        rule.kernel, head: head, rows, into: buffers.attended.rows[first] + head * shape.headDimension,
        stride: buffers.attended.rows.width)
    }
  }

  /// Takes one head's vectors of a chunk, and packs them.
  private func collect(_ head: Int, _ chunk: Range<Int>, from projected: Rows) {
    let dimension = shape.headDimension
    let source = projected.start + head * dimension
    let start = chunk.lowerBound * dimension
    switch vectors {
    case .float32(let heads, _):
      let target = heads[head] + start
      for row in 0..<chunk.count {
        (target + row * dimension).update(from: source + row * projected.width, count: dimension)
      }
    case .bfloat16(let heads, _, _):
      let target = heads[head] + start
      for row in 0..<chunk.count {
        laq_round_to_bf16(source + row * projected.width, target + row * dimension, dimension)
      }
    }
    pack(head, chunk)
  }

  /// Packs the vectors that a head has collected at some positions, if they are keys or values.
  func pack(_ head: Int, _ positions: Range<Int>) {
    let dimension = shape.headDimension
    let keyHead = head - shape.queryHeadCount
    let valueHead = keyHead - shape.kvHeadCount
    guard keyHead >= 0, !positions.isEmpty else { return }
    switch vectors {
    case .float32(let heads, let packedKeys):
      guard valueHead < 0 else { return }
      // A tile that the positions before have begun is packed again.
      let tile = positions.lowerBound / Int(LAQ_TILE) * Int(LAQ_TILE)
      laq_pack_keys(
        heads[head] + tile * dimension, Int32(positions.upperBound - tile), Int32(dimension),
        packedKeys[keyHead] + tile * dimension)
    case .bfloat16(let heads, let packedKeys, let packedValues):
      let (source, first, count) = (
        heads[head] + positions.lowerBound * dimension, Int32(positions.lowerBound), Int32(positions.count)
      )
      if valueHead >= 0 {
        laq_pack_values_bf16(source, first, count, Int32(dimension), packedValues[valueHead])
      } else {
        laq_pack_keys_bf16(source, first, count, Int32(dimension), packedKeys[keyHead])
      }
    }
  }

  private func attend(
    _ rule: laq_attention_rule, head: Int, _ rows: Range<Int>, into out: UnsafeMutablePointer<Float>,
    stride: Int
  ) {
    let start = rows.lowerBound * shape.headDimension
    let (position, count, size) = (Int32(rows.lowerBound), Int32(rows.count), Int32(shape.headDimension))
    let sums = logSumExp[head] + rows.lowerBound
    let group = head / shape.groupSize
    switch vectors {
    case .float32(let heads, let packedKeys):
      laq_attend_causal(
        heads[head] + start, size, count, position, packedKeys[group],
        heads[shape.queryHeadCount + shape.kvHeadCount + group], size, rule, out, Int32(stride), sums)
    case .bfloat16(let heads, let packedKeys, let packedValues):
      laq_attend_causal_bf16(
        heads[head] + start, count, position, packedKeys[group], packedValues[group], size, rule, out,
        Int32(stride), sums)
    }
  }

  /// Some elements of each of some rows, one row after the other; copied in parallel, because fresh memory is
  /// slow.
  private static func joined<Element: BitwiseCopyable>(
    _ rows: Range<Int>, _ elements: Range<Int>, _ start: (Int) -> UnsafeMutablePointer<Element>
  ) -> [Element] {
    [Element](unsafeUninitializedCapacity: rows.count * elements.count) { buffer, count in
      guard let target = buffer.baseAddress else { return }
      count = rows.count * elements.count
      laq_advise_large_pages(target, count * MemoryLayout<Element>.stride)
      inParallel(count: rows.count, work: count * 64) { row in
        (target + row * elements.count).initialize(
          from: start(rows.lowerBound + row) + elements.lowerBound, count: elements.count)
      }
    }
  }

  /// What has been recorded of the layer, without the queries before a position.
  func finish(firstQueryPosition: Int) -> LayerRecording {
    func storage(_ heads: Range<Int>, from position: Int = 0) -> VectorStorage {
      let elements = position * shape.headDimension..<tokenCount * shape.headDimension
      return switch vectors {
      case .float32(let rows, _): VectorStorage(Self.joined(heads, elements) { rows[$0] })
      case .bfloat16(let rows, _, _): VectorStorage(bfloat16: Self.joined(heads, elements) { rows[$0] })
      }
    }
    let keys = shape.queryHeadCount + shape.kvHeadCount
    return LayerRecording(
      queries: storage(0..<shape.queryHeadCount, from: firstQueryPosition),
      keys: storage(shape.queryHeadCount..<keys),
      values: storage(keys..<keys + shape.kvHeadCount), logSumExp: VectorStorage(logSumExp.array))
  }
}
