/// What of a GGUF file is multiplied, whatever its vocabulary: files that are made to be measured have none.
package struct UntokenizedModel: Sendable {
  /// Sizes and constants.
  package let configuration: ModelConfiguration
  /// The weights, where they lie.
  package let weights: any TensorSource
  /// Bytes of all that a decoded token is multiplied by.
  package let multipliedByteCount: Int

  /// Maps a file, or the first of several.
  /// - Throws: `CheckpointError`.
  package init(gguf path: String) throws {
    let file = try GGUFFile(path: path)
    configuration = try ModelConfiguration(try file.configuration(), generation: nil)
    weights = try GGUFWeights(file)
    // An embedding is only looked up, unless it is the head as well.
    let hasOwnHead = file.tensors["output.weight"] != nil
    multipliedByteCount = file.tensors.reduce(0) { sum, tensor in
      hasOwnHead && tensor.key == "token_embd.weight" ? sum : sum + tensor.value.byteRange.count
    }
  }
}
