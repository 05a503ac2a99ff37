/// The family that a GGUF file's model belongs to, what it says under that family's keys, and how files
/// of the family differ from Hugging Face's.
struct GGUFArchitecture: Sendable {
  /// The name that GGUF has for the family, the first part of its keys.
  let name: String
  private let metadata: GGUFMetadata

  /// Reads `general.architecture`.
  init(_ metadata: GGUFMetadata) throws {
    name = try metadata.string("general.architecture")
    self.metadata = metadata
  }

  /// The architecture that `config.json` would name; `nil` for families that are not supported.
  var huggingFaceName: String? { Self.names[name] }

  private static let names = [
    "llama": "LlamaForCausalLM", "qwen2": "Qwen2ForCausalLM", "qwen3": "Qwen3ForCausalLM",
    "smollm3": "SmolLM3ForCausalLM", "phi3": "Phi3ForCausalLM", "gemma": "GemmaForCausalLM",
    "gemma2": "Gemma2ForCausalLM", "gemma3": "Gemma3ForCausalLM",
  ]

  /// The names of the supported families, for errors.
  static let supported = names.keys.sorted()

  /// What the format calls the keys that a configuration is made of, by their names in `config.json`.
  var jsonNames: [ByteString: String] {
    var result = Self.jsonNames.mapValues { "\(name).\($0)" }
    result["architectures"] = "general.architecture"
    result["eos_token_id"] = "tokenizer.ggml.eos_token_id"
    return result
  }

  private static let jsonNames: [ByteString: String] = [
    "hidden_size": "embedding_length", "intermediate_size": "feed_forward_length",
    "num_hidden_layers": "block_count", "num_attention_heads": "attention.head_count",
    "num_key_value_heads": "attention.head_count_kv", "head_dim": "attention.key_length",
    "vocab_size": "vocab_size", "max_position_embeddings": "context_length",
    "rms_norm_eps": "attention.layer_norm_rms_epsilon", "rope_theta": "rope.freq_base",
    "rope_local_base_freq": "rope.freq_base_swa", "partial_rotary_factor": "rope.dimension_count",
    "sliding_window": "attention.sliding_window", "layer_types": "attention.sliding_window_pattern",
    "attn_logit_softcapping": "attn_logit_softcapping",
    "final_logit_softcapping": "final_logit_softcapping", "rope_scaling.rope_type": "rope.scaling.type",
    "rope_scaling.factor": "rope.scaling.factor",
    "rope_scaling.original_max_position_embeddings": "rope.scaling.original_context_length",
    "rope_scaling.attention_factor": "rope.scaling.attn_factor",
    "rope_scaling.beta_fast": "rope.scaling.yarn_beta_fast",
    "rope_scaling.beta_slow": "rope.scaling.yarn_beta_slow",
  ]

  /// Whether rows of queries and keys stand so that neighbours turn together, where Hugging Face's turn
  /// with the row half a head away.
  var pairsNeighbours: Bool { ["llama", "smollm3"].contains(name) }

  var isGemma: Bool { ["gemma", "gemma2", "gemma3"].contains(name) }

  /// Whether attention and feed-forward have a norm behind them, too.
  var hasOutputNorms: Bool { ["gemma2", "gemma3"].contains(name) }

  /// A key of the family in full.
  func key(_ part: String) -> String { "\(name).\(part)" }

  /// What stands under a key of the family.
  subscript(part: String) -> GGUFValue? { metadata[key(part)] }

  /// A whole number from 1, also where it is given for each layer and the same for all.
  func size(_ part: String, default standard: Int? = nil) throws -> Int {
    guard case .integers(let values)? = self[part], let first = values.first else {
      return try metadata.integer(key(part), in: 1...Int(Int32.max), default: standard)
    }
    guard first > 0, values.allSatisfy({ $0 == first }) else {
      throw metadata.bad(key(part), expected: "the same positive number for all layers")
    }
    return first
  }

  /// A number; `nil` when it is missing.
  func number(_ part: String) throws -> Double? {
    guard let value = self[part] else { return nil }
    guard let number = value.double, number.isFinite else { throw bad(part, expected: "a number") }
    return number
  }

  /// An error about a key of the family.
  func bad(_ part: String, expected: String) -> CheckpointError {
    metadata.bad(key(part), expected: expected)
  }
}
