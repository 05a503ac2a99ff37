import Foundation

/// The sizes and constants of a decoder, from a Hugging Face `config.json`.
public struct ModelConfiguration: Sendable, Hashable {
  /// Elements of the residual stream.
  public let hiddenSize: Int
  /// Elements between the feed-forward projections.
  public let intermediateSize: Int
  /// Decoder layers.
  public let layerCount: Int
  /// Query heads per layer.
  public let queryHeadCount: Int
  /// Key/value heads per layer; divides `queryHeadCount`.
  public let kvHeadCount: Int
  /// Elements of one head's query, key or value; even.
  public let headDimension: Int
  /// Rows of the embedding.
  public let vocabularySize: Int
  /// The longest text that positions were trained for.
  public let contextLength: Int
  /// The constant under the root of the RMS norms.
  public let rmsNormEpsilon: Float
  /// The base θ of the rotary frequencies.
  public let ropeTheta: Double
  /// Whether the embedding is the output head, too.
  public let tiesEmbeddings: Bool
  /// Tokens that end an answer.
  public let endTokens: Set<Int>

  static let supportedArchitectures = ["LlamaForCausalLM"]

  /// Reads and checks `config.json`, and `generation_config.json` beside it for the end tokens.
  /// - Throws: `CheckpointError` naming the key, what was expected and what was found.
  public init(path: String) throws {
    let json = try JSONObject(path: path)
    let architecture = json["architectures"]?.array?.first?.string?.description
    guard let architecture, Self.supportedArchitectures.contains(architecture) else {
      throw CheckpointError.unsupported(
        file: path, what: "the architecture \(architecture ?? "(none named)")",
        supported: Self.supportedArchitectures.joined(separator: ", "))
    }
    hiddenSize = try json.integer("hidden_size", in: 1...65_536)
    intermediateSize = try json.integer("intermediate_size", in: 1...1_048_576)
    layerCount = try json.integer("num_hidden_layers", in: 1...1_024)
    queryHeadCount = try json.integer("num_attention_heads", in: 1...1_024)
    kvHeadCount = try json.integer(
      "num_key_value_heads", in: 1...queryHeadCount, default: queryHeadCount)
    guard queryHeadCount % kvHeadCount == 0 else {
      throw json.bad("num_key_value_heads", expected: "a divisor of num_attention_heads (\(queryHeadCount))")
    }
    headDimension = try Self.headDimension(json, hidden: hiddenSize, heads: queryHeadCount)
    vocabularySize = try json.integer("vocab_size", in: 1...4_194_304)
    contextLength = try json.integer("max_position_embeddings", in: 1...16_777_216)
    rmsNormEpsilon = Float(try json.positive("rms_norm_eps", default: 1e-6))
    tiesEmbeddings = try json.flag("tie_word_embeddings")
    if json.has("hidden_act"), try json.string("hidden_act") != "silu" {
      throw json.bad("hidden_act", expected: "silu")
    }
    for key in ["attention_bias", "mlp_bias"] where try json.flag(key) {
      throw json.bad(key, expected: "false: biases are not supported")
    }
    ropeTheta = try Self.ropeTheta(json)
    endTokens = try Self.endTokens(json, besideFile: path, vocabulary: vocabularySize)
  }

  /// `head_dim`, or without it the width shared out among the heads.
  private static func headDimension(_ json: JSONObject, hidden: Int, heads: Int) throws -> Int {
    guard json.has("head_dim") || hidden % heads == 0 else {
      throw json.bad(
        "head_dim",
        expected: "given, because hidden_size (\(hidden)) is no multiple of num_attention_heads (\(heads))")
    }
    let dimension = try json.integer("head_dim", in: 2...1_024, default: hidden / heads)
    guard (2...1_024).contains(dimension) else {
      throw json.bad(
        "hidden_size", expected: "2 to 1024 times num_attention_heads (\(heads)), as head_dim is missing")
    }
    guard dimension % 2 == 0 else {
      throw json.bad(
        "head_dim", expected: "an even number, because rotary positions turn pairs (it is \(dimension))")
    }
    return dimension
  }

  /// θ stands at the top level, or since transformers 5 in `rope_parameters`.
  private static func ropeTheta(_ json: JSONObject) throws -> Double {
    for key in ["rope_parameters", "rope_scaling"] where json.has(key) {
      let rope = try json.object(key)
      for name in ["rope_type", "type"] where try rope.has(name) && rope.string(name) != "default" {
        throw rope.bad(name, expected: "'default': scaled rotary positions are not supported")
      }
      if rope.has("rope_theta") { return try rope.positive("rope_theta") }
    }
    return try json.positive("rope_theta", default: 10_000)
  }

  private static func endTokens(
    _ json: JSONObject, besideFile path: String, vocabulary: Int
  ) throws -> Set<Int> {
    let beside = (path as NSString).deletingLastPathComponent + "/generation_config.json"
    var found: Set<Int> = []
    let generation =
      FileManager.default.fileExists(atPath: beside) ? [try JSONObject(path: beside)] : []
    for source in [json] + generation where source.has("eos_token_id") {
      let value = source["eos_token_id"]
      guard let ids = value?.wholeNumbers ?? value?.wholeNumber.map({ [$0] }),
        ids.allSatisfy((0..<vocabulary).contains)
      else {
        throw source.bad(
          "eos_token_id", expected: "a token id from 0 to \(vocabulary - 1), or a list of them")
      }
      found.formUnion(ids)
    }
    return found
  }
}
