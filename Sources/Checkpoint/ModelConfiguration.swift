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
  /// Whether the embedding is the output head, too.
  public let tiesEmbeddings: Bool
  /// Tokens that end an answer.
  public let endTokens: Set<Int>
  /// What in the files was ignored, in sentences for a person.
  public let notices: [String]

  /// How each layer attends.
  public let attention: [AttentionDescription]
  /// The function between the feed-forward projections.
  public let activation: Activation
  /// What is added to the weights of the norms: 1 for Gemma, whose files hold the difference.
  public let normOffset: Float
  /// What embeddings are multiplied by.
  public let embeddingScale: Float
  /// Logits become `cap · tanh(logit / cap)`.
  public let logitCap: Float?
  /// Which tensors there are beside the common ones.
  public let parts: Parts

  /// The function between the feed-forward projections.
  public enum Activation: String, Sendable, Hashable {
    /// `x · σ(x)`.
    case silu
    /// The tanh form of the Gaussian error linear unit.
    case geluTanh = "gelu_pytorch_tanh"
  }

  /// Tensors that only some families have.
  public struct Parts: OptionSet, Sendable, Hashable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Biases of queries, keys and values.
    public static let queryKeyValueBias = Parts(rawValue: 1)
    /// A bias of the attention's output projection.
    public static let outputBias = Parts(rawValue: 2)
    /// Biases of the feed-forward projections.
    public static let feedForwardBias = Parts(rawValue: 4)
    /// A norm of each head's query and key.
    public static let queryKeyNorm = Parts(rawValue: 8)
    /// Norms behind attention and feed-forward.
    public static let outputNorms = Parts(rawValue: 16)
    /// One tensor for queries, keys and values, one for gate and up.
    public static let fusedProjections = Parts(rawValue: 32)
  }

  /// Reads and checks `config.json`, and `generation_config.json` beside it for the end tokens.
  /// - Throws: `CheckpointError` naming the key, what was expected and what was found.
  public init(path: String) throws {
    let beside = (path as NSString).deletingLastPathComponent + "/generation_config.json"
    let hasGeneration = FileManager.default.fileExists(atPath: beside)
    try self.init(try JSONObject(path: path), generation: hasGeneration ? try JSONObject(path: beside) : nil)
  }

  /// Reads and checks a configuration in Hugging Face's form, wherever it comes from.
  init(_ outer: JSONObject, generation: JSONObject?) throws {
    let architecture = outer["architectures"]?.array?.first?.string?.description
    guard let architecture, let family = ModelFamily.all[architecture] else {
      throw outer.unsupported(
        "the architecture \(architecture ?? "(none named)")", supported: ModelFamily.names.joined(separator: ", "))
    }
    // A model that also sees pictures keeps its decoder's sizes one level below.
    let json = outer.has("text_config") ? try outer.object("text_config") : outer
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
    let trainedLength = try json.integer("max_position_embeddings", in: 1...16_777_216)
    rmsNormEpsilon = Float(try json.positive("rms_norm_eps", default: 1e-6))
    tiesEmbeddings = try json.flag("tie_word_embeddings", default: family.tiesEmbeddings)
    activation = try Self.activation(json, default: family.isGemma ? .geluTanh : .silu)
    attention = try AttentionDescription.all(
      json, family: family, layerCount: layerCount, headDimension: headDimension, contextLength: trainedLength)
    contextLength = attention.first?.rope?.reach(of: trainedLength) ?? trainedLength
    normOffset = family.isGemma ? 1 : 0
    embeddingScale = family.isGemma ? Float(hiddenSize).squareRoot() : 1
    logitCap =
      family.hasScoreSettings
      ? try json.optional("final_logit_softcapping", default: family.logitCap) { try json.positive($0) }
        .map { Float($0) } : nil
    parts = try Self.parts(json, family)
    let ends = try EndTokens([outer, json] + (generation.map { [$0] } ?? []), vocabulary: vocabularySize)
    (endTokens, notices) = (ends.ids, ends.notices)
  }

  private static func parts(_ json: JSONObject, _ family: ModelFamily) throws -> Parts {
    var parts: Parts = []
    let attentionBias = try json.flag("attention_bias")
    let feedForwardBias = try json.flag("mlp_bias")
    if family.hasQueryKeyValueBias || family.readsBiases && attentionBias { parts.insert(.queryKeyValueBias) }
    if family.hasOutputBias && family.readsBiases && attentionBias { parts.insert(.outputBias) }
    if family.readsBiases && feedForwardBias { parts.insert(.feedForwardBias) }
    if family.hasQueryKeyNorm { parts.insert(.queryKeyNorm) }
    if family.hasOutputNorms { parts.insert(.outputNorms) }
    if family.hasFusedProjections { parts.insert(.fusedProjections) }
    return parts
  }

  private static func activation(_ json: JSONObject, default standard: Activation) throws -> Activation {
    let key = json.has("hidden_activation") ? "hidden_activation" : "hidden_act"
    guard json.has(key) else { return standard }
    guard let activation = Activation(rawValue: try json.string(key)) else {
      throw json.bad(key, expected: "silu or gelu_pytorch_tanh")
    }
    return activation
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
}
