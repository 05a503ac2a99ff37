import Checkpoint
import Transformer

extension TraceFile {
  /// The recorded prefill, in place.
  static func recording(_ tensors: TraceTensors, _ shape: ModelShape) throws -> Recording {
    let header = tensors.header
    return Recording(
      shape: shape, tokenCount: header.tokenCount, firstQueryPosition: header.firstQueryPosition,
      layers: try (0..<shape.layerCount).map { try layer($0, tensors, shape) },
      rules: header.attention.map { AttentionRule(scale: $0.scale, softCap: $0.softCap, window: $0.window) },
      rotations: try rotations(tensors), lastLogits: try lastLogits(tensors))
  }

  /// The logits behind the prompt, which only a session's recording has.
  private static func lastLogits(_ tensors: TraceTensors) throws -> [Float] {
    guard let count = tensors.shape("last_logits")?.first else { return [] }
    return try tensors.floats("last_logits", shape: [count])
  }

  private static func layer(_ index: Int, _ tensors: TraceTensors, _ shape: ModelShape) throws
    -> LayerRecording
  {
    let (count, dimension) = (tensors.header.tokenCount, shape.headDimension)
    let queryCount = count - tensors.header.firstQueryPosition
    func storage(_ name: String, _ sizes: [Int]) throws -> VectorStorage {
      VectorStorage(try tensors.mapped("layers.\(index).\(name)", shape: sizes))
    }
    func optional(_ name: String, _ sizes: [Int]) throws -> VectorStorage? {
      tensors.has("layers.\(index).\(name)") ? try storage(name, sizes) : nil
    }
    let empty = VectorStorage([])
    return LayerRecording(
      queries: queryCount == 0
        ? empty : try storage("queries", [shape.queryHeadCount, queryCount, dimension]),
      keys: try storage("keys", [shape.kvHeadCount, count, dimension]),
      values: try optional("values", [shape.kvHeadCount, count, dimension]) ?? empty,
      valueNorms: try optional("value_norms", [shape.kvHeadCount, count]),
      logSumExp: try optional("log_sum_exp", [shape.queryHeadCount, queryCount]) ?? empty)
  }

  /// Each layer's rotation, if the trace tells them.
  private static func rotations(_ tensors: TraceTensors) throws -> [RotaryEmbedding?]? {
    guard let indices = tensors.header.rotations else { return nil }
    let half = tensors.header.headDimension / 2
    let known = try tensors.header.rotationMagnitudes.enumerated().map { index, magnitude in
      let name = "rotary.\(index).frequencies"
      let pairs = tensors.shape(name)?.first ?? 0
      let frequencies = try tensors.floats(name, shape: [pairs])
      guard (1...max(1, half)).contains(pairs), half > 0, frequencies.allSatisfy(\.isFinite) else {
        throw tensors.bad(
          name, expected: "1 to \(half) finite numbers",
          found: frequencies.first { !$0.isFinite }.map { "\($0)" } ?? "\(pairs)")
      }
      return RotaryEmbedding(frequencies: frequencies, magnitude: magnitude)
    }
    return indices.map { $0.map { known[$0] } }
  }
}
