import Transformer

extension Evidence {
  /// One KV head's values, `[position][dimension]`.
  /// - Throws: `EvidenceError.noValues` where a recorded trace lacks them.
  func values(layer: Int, kvHead: Int, for policy: String) throws -> [Float] {
    guard recording.layers[layer].values.count > 0 else { throw EvidenceError.noValues(policy: policy) }
    return recording.values(layer: layer, kvHead: kvHead)
  }

  /// The Euclidean norms of one KV head's values, `[position]`: as a trace has recorded them, or of the
  /// values.
  /// - Throws: `EvidenceError.noValues` where a trace has neither.
  func valueNorms(layer: Int, kvHead: Int, for policy: String) throws -> [Float] {
    if let recorded = recordedNorms(layer: layer, kvHead: kvHead) { return recorded }
    return norms(
      try values(layer: layer, kvHead: kvHead, for: policy), dimension: recording.shape.headDimension)
  }

  /// The squares of these norms.
  func squaredValueNorms(layer: Int, kvHead: Int, for policy: String) throws -> [Float] {
    if let recorded = recordedNorms(layer: layer, kvHead: kvHead) { return recorded.map { $0 * $0 } }
    return squaredNorms(
      try values(layer: layer, kvHead: kvHead, for: policy), dimension: recording.shape.headDimension)
  }

  private func recordedNorms(layer: Int, kvHead: Int) -> [Float]? {
    guard recording.layers[layer].values.count == 0, let recorded = recording.layers[layer].valueNorms else {
      return nil
    }
    return recorded.floats(kvHead * recording.tokenCount..<(kvHead + 1) * recording.tokenCount)
  }
}
