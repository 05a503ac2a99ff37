import Kernels

/// How far a prefill has come.
public struct PrefillProgress: Sendable, Hashable {
  /// Tokens whose last layer is done, plus the running chunk's share by layers.
  public let tokensDone: Int
  /// Tokens of the prompt.
  public let tokenCount: Int
}

extension Decoder {
  /// Runs a prompt through the model with full causal attention and records every layer.
  ///
  /// The prompt passes in chunks; the current task's cancellation is honoured and progress reported
  /// between the layers of a chunk. Cost: the products of all weights per token, and causal attention;
  /// memory: `(queryHeads + 2 kvHeads) · dimension + queryHeads` floats per token and layer.
  /// - Parameters:
  ///   - tokens: token ids, the first at position 0.
  ///   - chunkSize: tokens per pass over the weights; a multiple of 64 is fastest.
  ///   - onProgress: called on the running thread.
  /// - Throws: `TransformerError` for an empty or too long prompt or an unknown token;
  ///   `CancellationError`.
  public func prefill(
    _ tokens: [Int], chunkSize: Int = 512, onProgress: (PrefillProgress) -> Void = { _ in }
  ) throws -> Recording {
    guard !tokens.isEmpty else { throw TransformerError.emptyPrompt }
    guard tokens.count <= configuration.contextLength else {
      throw TransformerError.textTooLong(
        tokenCount: tokens.count, contextLength: configuration.contextLength)
    }
    return try exclusively {
      let recorder = Recorder(shape: shape, rules: layers.map(\.rule), tokenCount: tokens.count)
      let rotations = ropes.map { rotation($0, length: tokens.count) }
      var lastLogits: [Float] = []
      for first in stride(from: 0, to: tokens.count, by: max(1, chunkSize)) {
        let chunk = tokens[first..<min(first + max(1, chunkSize), tokens.count)]
        let buffers = try workspace(for: chunk)
        let angles = rotations.map { rotation in chunk.indices.map { rotation.angles(at: $0) } }
        for (index, layer) in layers.enumerated() {
          try Task.checkCancellation()
          try runLayer(layer, angles: angles, buffers: buffers) {
            recorder.attend(layer: index, firstPosition: first, buffers: buffers)
          }
          onProgress(
            PrefillProgress(
              tokensDone: first + chunk.count * (index + 1) / layers.count,
              tokenCount: tokens.count))
        }
        if chunk.endIndex == tokens.count {
          lastLogits = try logits(after: buffers.states, last: 1)
        }
      }
      return recorder.finish(lastLogits: lastLogits)
    }
  }
}

/// Collects a prefill's queries, keys and values head by head, and attends over them.
private final class Recorder {
  private let shape: ModelShape
  private let rules: [AttentionRule]
  private let tokenCount: Int
  private var layers: [Storage]

  /// One layer, a row of `tokenCount · dimension` per head.
  private struct Storage {
    let queries: Rows
    let keys: Rows
    let values: Rows
    let logSumExp: Rows
  }

  init(shape: ModelShape, rules: [AttentionRule], tokenCount: Int) {
    self.shape = shape
    self.rules = rules
    self.tokenCount = tokenCount
    let width = tokenCount * shape.headDimension
    layers = (0..<shape.layerCount).map { _ in
      Storage(
        queries: Rows(count: shape.queryHeadCount, width: width),
        keys: Rows(count: shape.kvHeadCount, width: width),
        values: Rows(count: shape.kvHeadCount, width: width),
        logSumExp: Rows(count: shape.queryHeadCount, width: tokenCount))
    }
  }

  /// Records a chunk's projections and writes its causal attention to `buffers.attended`.
  func attend(layer: Int, firstPosition: Int, buffers: Decoder.Workspace) {
    let storage = layers[layer]
    let rows = buffers.projected.count
    let dimension = shape.headDimension
    let heads = [
      (storage.queries, shape.queryHeadCount), (storage.keys, shape.kvHeadCount),
      (storage.values, shape.kvHeadCount),
    ].flatMap { rows, count in (0..<count).map { rows[$0] } }
    inParallel(count: heads.count) { head in
      for row in 0..<rows {
        (heads[head] + (firstPosition + row) * dimension).update(
          from: buffers.projected[row] + head * dimension, count: dimension)
      }
    }

    let keyCount = firstPosition + rows
    let packed = Rows(
      count: shape.kvHeadCount, width: laq_packed_keys_count(Int32(keyCount), Int32(dimension)))
    inParallel(count: shape.kvHeadCount) { head in
      laq_pack_keys(storage.keys[head], Int32(keyCount), Int32(dimension), packed[head])
    }

    let blockSize = 64
    let blocks = (rows + blockSize - 1) / blockSize
    let rule = rules[layer].kernel
    inParallel(count: shape.queryHeadCount * blocks) { index in
      // Later rows see more keys: the longest blocks go first, so that no core waits at the end.
      let block = blocks - 1 - index / shape.queryHeadCount
      let head = index % shape.queryHeadCount
      let first = block * blockSize
      let position = firstPosition + first
      laq_attend_causal(
        storage.queries[head] + position * dimension, Int32(dimension),
        Int32(min(blockSize, rows - first)), Int32(position), packed[head / shape.groupSize],
        storage.values[head / shape.groupSize], Int32(dimension), rule,
        buffers.attended[first] + head * dimension, Int32(buffers.attended.width),
        storage.logSumExp[head] + position)
    }
  }

  /// The finished recording; each layer's buffers are released as they are copied.
  func finish(lastLogits: [Float]) -> Recording {
    var recorded: [LayerRecording] = []
    layers.reverse()
    while let layer = layers.popLast() {
      recorded.append(
        LayerRecording(
          queries: layer.queries.array, keys: layer.keys.array, values: layer.values.array,
          logSumExp: layer.logSumExp.array))
    }
    return Recording(
      shape: shape, tokenCount: tokenCount, layers: recorded, rules: rules, lastLogits: lastLogits)
  }
}
