/// The class by which transformers opens a folder's tokenizer: it has names for tokens where no file has
/// them.
struct TokenizerClass {
  /// Special tokens by their names, as the class has them.
  let defaults: [(name: String, content: String)]

  /// Chooses as `AutoTokenizer` does.
  /// - Parameters:
  ///   - name: `tokenizer_class`, as a file has it.
  ///   - modelType: `model_type` of `config.json`.
  ///   - isByteLevel: whether a `tokenizer.json` takes text byte by byte.
  init(name: String?, modelType: String?, isByteLevel: Bool) {
    let own = name.map { $0.replacing("Fast", with: "") }
    let usual = modelType.flatMap { Self.usual[$0] }
    var chosen = own ?? usual
    if let own, let usual, own != usual, usual.isEmpty || modelType == "qwen2" {
      // The usual one has no names, or is trusted more than what the files of such models say.
      chosen = usual
    } else if own == "LlamaTokenizer", isByteLevel {
      // Llama 3 and its like say this class and are none of it.
      chosen = nil
    }
    defaults = chosen.flatMap { Self.names[$0] } ?? []
  }

  /// The class of each model type that has one of its own; empty for the one that has no names.
  private static let usual = [
    "qwen2": "Qwen2Tokenizer", "qwen3": "Qwen2Tokenizer", "gemma": "GemmaTokenizer",
    "gemma2": "GemmaTokenizer",
    "gemma3": "GemmaTokenizer", "gemma3_text": "GemmaTokenizer", "mistral": "", "phi3": "",
  ]

  private static let names: [String: [(name: String, content: String)]] = [
    "LlamaTokenizer": [("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>")],
    "CodeLlamaTokenizer": [("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>")],
    "Qwen2Tokenizer": [
      ("eos_token", "<|endoftext|>"), ("unk_token", "<|endoftext|>"), ("pad_token", "<|endoftext|>"),
    ],
    "GPT2Tokenizer": [
      ("bos_token", "<|endoftext|>"), ("eos_token", "<|endoftext|>"), ("unk_token", "<|endoftext|>"),
    ],
    "GemmaTokenizer": [
      ("bos_token", "<bos>"), ("eos_token", "<eos>"), ("unk_token", "<unk>"), ("pad_token", "<pad>"),
      ("mask_token", "<mask>"),
    ],
  ]
}
