import Kernels

/// Collects one layer's queries, keys and values head by head while a prompt passes it in chunks, and attends
/// over them; used again for the next layer.
///
/// Where products are in bf16 and the CPU multiplies it, queries, keys and values are rounded to bf16 as in any
/// bf16 engine, and recorded as rounded: what is recomputed from the recording is what the model computed.
final class LayerRecorder {
  private let shape: ModelShape
  private let tokenCount: Int
  private let queries: Rows  // a row of tokenCount · dimension per head, here and below
  private let keys: Rows
  private let values: Rows
  private let logSumExp: Rows
  private let half: HalfBuffers?
  private let packedKeys: Rows?

  /// One chunk's vectors in bf16, `[head][row][dimension]`, and all keys and values so far, packed.
  private struct HalfBuffers {
    let chunk: HalfRows
    let packedKeys: HalfRows
    let packedValues: HalfRows
  }

  init(shape: ModelShape, tokenCount: Int, chunkSize: Int, precision: Precision) {
    self.shape = shape
    self.tokenCount = tokenCount
    let dimension = shape.headDimension
    let width = tokenCount * dimension
    queries = Rows(count: shape.queryHeadCount, width: width)
    keys = Rows(count: shape.kvHeadCount, width: width)
    values = Rows(count: shape.kvHeadCount, width: width)
    logSumExp = Rows(count: shape.queryHeadCount, width: tokenCount)
    guard precision.usesBFloat16, laq_bf16_is_multiplied() != 0, dimension % 2 == 0 else {
      half = nil
      packedKeys = Rows(
        count: shape.kvHeadCount, width: laq_packed_keys_count(Int32(tokenCount), Int32(dimension)))
      return
    }
    packedKeys = nil
    let packed = laq_packed_bf16_count(Int32(tokenCount), Int32(dimension))
    half = HalfBuffers(
      chunk: HalfRows(count: shape.queryHeadCount + 2 * shape.kvHeadCount, width: chunkSize * dimension),
      packedKeys: HalfRows(count: shape.kvHeadCount, width: packed),
      packedValues: HalfRows(count: shape.kvHeadCount, width: packed))
  }

  /// Records the projections of the tokens of a chunk and writes their causal attention to `buffers.attended`.
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
      attend(rule.kernel, head: index % shape.queryHeadCount, rows, chunk, into: buffers.attended.rows)
    }
    inParallelBlocks(of: 32, count: chunk.count) { buffers.attended.round($0) }
  }

  /// Takes one head's vectors of a chunk, and packs them if they are keys or values.
  private func collect(_ index: Int, _ chunk: Range<Int>, from projected: Rows) {
    let dimension = shape.headDimension
    let (kind, head) = place(index)
    let target = (kind == 0 ? queries : kind == 1 ? keys : values)[head] + chunk.lowerBound * dimension
    let source = projected.start + index * dimension
    let rounded = half?.chunk[index]
    for row in 0..<chunk.count {
      let vector = source + row * projected.width
      if let rounded {
        laq_round_to_bf16(vector, rounded + row * dimension, target + row * dimension, dimension)
      } else {
        (target + row * dimension).update(from: vector, count: dimension)
      }
    }
    let (first, count, size) = (Int32(chunk.lowerBound), Int32(chunk.count), Int32(dimension))
    switch kind {
    case 1:
      if let half {
        laq_pack_keys_bf16(half.chunk[index], first, count, size, half.packedKeys[head])
      } else if let packedKeys {
        // A tile that the chunk before has begun is packed again.
        let tile = chunk.lowerBound / Int(LAQ_TILE) * Int(LAQ_TILE)
        laq_pack_keys(
          keys[head] + tile * dimension, Int32(chunk.upperBound - tile), size, packedKeys[head] + tile * dimension)
      }
    case 2:
      if let half { laq_pack_values_bf16(half.chunk[index], first, count, size, half.packedValues[head]) }
    default: break
    }
  }

  /// Whose vectors stand at an index of a projected row: 0 queries, 1 keys, 2 values, and the head.
  private func place(_ index: Int) -> (kind: Int, head: Int) {
    if index < shape.queryHeadCount { return (0, index) }
    let rest = index - shape.queryHeadCount
    return (1 + rest / shape.kvHeadCount, rest % shape.kvHeadCount)
  }

  private func attend(
    _ rule: laq_attention_rule, head: Int, _ rows: Range<Int>, _ chunk: Range<Int>, into attended: Rows
  ) {
    let dimension = shape.headDimension
    let (position, count, size) = (Int32(rows.lowerBound), Int32(rows.count), Int32(dimension))
    let row = rows.lowerBound - chunk.lowerBound
    let out = attended[row] + head * dimension
    let sums = logSumExp[head] + rows.lowerBound
    let group = head / shape.groupSize
    if let half {
      laq_attend_causal_bf16(
        half.chunk[head] + row * dimension, count, position, half.packedKeys[group], half.packedValues[group], size,
        rule, out, Int32(attended.width), sums)
    } else if let packedKeys {
      laq_attend_causal(
        queries[head] + rows.lowerBound * dimension, size, count, position, packedKeys[group], values[group], size,
        rule, out, Int32(attended.width), sums)
    }
  }

  /// Whether what is recorded was rounded.
  var isRounded: Bool { half != nil }

  /// What has been recorded of the layer.
  func finish() -> LayerRecording {
    LayerRecording(
      queries: queries.array, keys: keys.array, values: values.array, logSumExp: logSumExp.array)
  }
}

/// Rows of bf16 numbers, zero at first.
private final class HalfRows {
  private let width: Int
  private let start: UnsafeMutablePointer<UInt16>

  init(count: Int, width: Int) {
    self.width = width
    start = .allocate(capacity: max(1, count * width))
    start.initialize(repeating: 0, count: max(1, count * width))
  }

  deinit { start.deallocate() }

  subscript(row: Int) -> UnsafeMutablePointer<UInt16> { start + row * width }
}
