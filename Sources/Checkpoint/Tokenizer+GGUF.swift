extension Tokenizer {
  /// Reads a GGUF file's `tokenizer.ggml.*`.
  /// - Throws: `CheckpointError` naming what is missing, out of range or not supported.
  init(gguf metadata: GGUFMetadata) throws {
    throw metadata.unsupported("a GGUF file's tokenizer", supported: "tokenizer.json")
  }
}
