import Checkpoint

/// A model's tensors, of which each is looked through as it is read: a weight that is no finite number is
/// named. For models whose logits are none; whoever reads a sound model need not pay for it.
struct FiniteWeights: TensorSource {
  let source: any TensorSource

  var path: String { source.path }

  func has(_ name: String) -> Bool { source.has(name) }

  /// - Throws: `TransformerError.weightNotFinite`, and what the source throws.
  func floats(_ name: String, shape: [Int]) throws -> [Float] {
    let found = try source.floats(name, shape: shape)
    if let index = found.firstIndex(where: { !$0.isFinite }) {
      throw TransformerError.weightNotFinite(
        path: path, tensor: name, index: index, value: "\(found[index])")
    }
    return found
  }
}

extension Decoder {
  /// Looks for a weight that is no finite number.
  ///
  /// Cost: as reading the model anew, a layer at a time, each weight as a float.
  /// - Throws: `TransformerError.weightNotFinite` for the first one; `CheckpointError`, `CancellationError`.
  public static func requireFiniteWeights(_ configuration: ModelConfiguration, _ weights: any TensorSource)
    throws
  {
    let reader = LayerReader(
      configuration: configuration, weights: FiniteWeights(source: weights), precision: .float32)
    let ropes = configuration.attention.compactMap(\.rope)
    let shape = [configuration.vocabularySize, configuration.hiddenSize]
    _ = try reader.weights.floats(reader.prefix + "embed_tokens.weight", shape: shape)
    for index in 0..<configuration.layerCount {
      try Task.checkCancellation()
      _ = try reader.layer(index, ropes: ropes)
    }
    _ = try reader.norm("norm.weight", count: configuration.hiddenSize)
    if weights.has("lm_head.weight") { _ = try reader.weights.floats("lm_head.weight", shape: shape) }
  }
}
