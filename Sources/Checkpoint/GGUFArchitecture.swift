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
