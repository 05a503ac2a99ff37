/// The special tokens that a GGUF file names by `tokenizer.ggml.…_token_id`, as llama.cpp takes them: an id
/// that no token has is none.
struct GGUFSpecialTokens {
  /// Ids by the keys' names, such as `bos`.
  private(set) var ids: [String: Int] = [:]
  /// What was ignored, in sentences for a person.
  private(set) var notices: [String] = []

  private static let names = ["bos", "eos", "eot", "eom", "unknown", "seperator", "padding", "cls", "mask"]

  /// What SentencePiece's files mean where they do not say it.
  private static let pieceDefaults: [(name: String, text: ByteString)] = [
    ("unknown", "<unk>"), ("bos", "<s>"), ("eos", "</s>"),
  ]

  /// Reads the keys.
  /// - Throws: `CheckpointError` for a value that is no whole number.
  init(_ metadata: GGUFMetadata) throws {
    let tokens = metadata["tokenizer.ggml.tokens"]?.strings ?? []
    if metadata["tokenizer.ggml.model"]?.string == "llama" {
      for (id, standard) in Self.pieceDefaults.enumerated()
      where id < tokens.count && tokens[id] == standard.text {
        ids[standard.name] = id
      }
    }
    for name in Self.names + ControlTexts.keys {
      let key = "tokenizer.ggml.\(name)_token_id"
      guard let value = metadata[key] else { continue }
      guard let id = value.wholeNumber else { throw metadata.bad(key, expected: "a token's id") }
      // Where no token is listed at all, nothing can be said of the ids.
      if (tokens.isEmpty ? 0...Int.max : 0...tokens.count - 1).contains(id) {
        ids[name] = id
      } else {
        notices.append("\(key) is \(id), which is no token's id (0 to \(tokens.count - 1)), and is ignored")
      }
    }
  }

  /// The texts of those that chat templates know, by the names that they have there.
  func texts(_ tokens: [ByteString]) -> [String: String] {
    // The third key is misspelt in the format itself.
    let names = [
      "bos": "bos", "eos": "eos", "sep": "seperator", "unk": "unknown", "pad": "padding", "cls": "cls",
      "mask": "mask",
    ]
    return names.reduce(into: [:]) { result, name in
      guard let id = ids[name.value], tokens.indices.contains(id) else { return }
      result["\(name.key)_token"] = tokens[id].text
    }
  }
}
