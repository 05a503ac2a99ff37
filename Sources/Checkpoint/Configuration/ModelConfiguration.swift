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
    /// A bit per tensor.
    public let rawValue: Int
    /// Makes a set of bits.
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

  /// More than any known model has.
  static let largestLayerCount = 1_024

  /// Reads and checks `config.json`, and `generation_config.json` beside it for the end tokens.
  /// - Throws: `CheckpointError` naming the key, what was expected and what was found.
  public init(path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    let beside = folder + "/generation_config.json"
    let hasGeneration = FileManager.default.fileExists(atPath: beside)
    let json = try JSONObject(path: path)
    try QuantizedWeights.refuse(json, folder: folder)
    try self.init(json, generation: hasGeneration ? try JSONObject(path: beside) : nil)
  }

  /// Reads and checks a configuration in Hugging Face's form, wherever it comes from.
  init(_ outer: JSONObject, generation: JSONObject?) throws {
    var notices: [String] = []
    let family = try ModelFamily.of(outer, notices: &notices)
    let defaults = family.defaults
    // A model that also sees pictures keeps its decoder's sizes one level below.
    let json = family.isNested ? try outer.object("text_config", default: [:]) : outer
    hiddenSize = try json.size("hidden_size", in: 1...65_536, default: defaults.hiddenSize)
    intermediateSize = try json.size(
      "intermediate_size", in: 1...1_048_576, default: defaults.intermediateSize)
    layerCount = try json.size(
      "num_hidden_layers", in: 1...Self.largestLayerCount, default: defaults.layerCount)
    queryHeadCount = try json.size("num_attention_heads", in: 1...1_024, default: defaults.queryHeadCount)
    kvHeadCount = try Self.kvHeadCount(json, defaults, heads: queryHeadCount)
    headDimension = try Self.headDimension(json, defaults, hidden: hiddenSize, heads: queryHeadCount)
    vocabularySize = try json.size("vocab_size", in: 1...4_194_304, default: defaults.vocabularySize)
    let trainedLength = try json.size(
      "max_position_embeddings", in: 1...16_777_216, default: defaults.contextLength)
    rmsNormEpsilon = Float(try json.positive("rms_norm_eps", default: defaults.rmsNormEpsilon))
    // Where there are two levels, transformers ties when either says so.
    tiesEmbeddings = try (family.isNested ? [outer, json] : [json]).contains {
      try $0.flag("tie_word_embeddings", default: defaults.tiesEmbeddings)
    }
    activation = try Self.activation(json, family)
    guard try !family.isGemma || !json.flag("use_bidirectional_attention") else {
      throw json.unsupported(
        "attention to later tokens (use_bidirectional_attention)", supported: "decoders, which look back only"
      )
    }
    guard json["per_layer_config"]?.object?.isEmpty ?? true else {
      throw json.unsupported(
        "layers that differ from one another (per_layer_config)", supported: "layers of one size")
    }
    attention = try AttentionDescription.all(
      json, family: family, layerCount: layerCount, headDimension: headDimension,
      contextLength: trainedLength,
      notices: &notices)
    contextLength = attention.first?.rope?.reach(of: trainedLength) ?? trainedLength
    normOffset = family.isGemma ? 1 : 0
    embeddingScale = family.isGemma ? Float(hiddenSize).squareRoot() : 1
    logitCap =
      family.hasScoreSettings
      ? try json.optional("final_logit_softcapping", default: defaults.logitCap) { try json.positive($0) }
        .map { Float($0) } : nil
    parts = try Self.parts(json, family)
    let ends = try EndTokens(
      (family.isNested ? [outer, json] : [outer]) + (generation.map { [$0] } ?? []),
      vocabulary: vocabularySize,
      default: defaults.endToken)
    endTokens = ends.ids
    self.notices = notices + ends.notices
  }

  private static func parts(_ json: JSONObject, _ family: ModelFamily) throws -> Parts {
    var parts: Parts = []
    let attentionBias = try family.readsAttentionBias && json.flag("attention_bias")
    if family.hasQueryKeyValueBias || attentionBias { parts.insert(.queryKeyValueBias) }
    if attentionBias { parts.insert(.outputBias) }
    if try family.readsFeedForwardBias && json.flag("mlp_bias") { parts.insert(.feedForwardBias) }
    if family.hasQueryKeyNorm { parts.insert(.queryKeyNorm) }
    if family.hasOutputNorms { parts.insert(.outputNorms) }
    if family.hasFusedProjections { parts.insert(.fusedProjections) }
    return parts
  }

  /// Other names of the same two functions, as transformers has them.
  private static let otherNames: [String: Activation] = [
    "swish": .silu, "gelu_new": .geluTanh, "gelu_fast": .geluTanh, "gelu_python_tanh": .geluTanh,
  ]

  private static func activation(_ json: JSONObject, _ family: ModelFamily) throws -> Activation {
    let key = family.activationKey
    guard json.has(key) else { return family.isGemma ? .geluTanh : .silu }
    let name = try json.string(key)
    // The first Gemma's files say gelu and mean its tanh form.
    if name == "gelu", family.isGemma, key == "hidden_act" { return .geluTanh }
    guard let activation = Activation(rawValue: name) ?? otherNames[name] else {
      throw json.bad(key, expected: "silu or gelu_pytorch_tanh")
    }
    return activation
  }

  /// `null` means as many as query heads in every family, a missing key what the family's class says.
  private static func kvHeadCount(_ json: JSONObject, _ defaults: FamilyDefaults, heads: Int) throws -> Int {
    let key = "num_key_value_heads"
    let standard = json[key] == nil ? defaults.kvHeadCount ?? heads : heads
    let count = try json.integer(key, in: 1...heads, default: standard)
    guard count <= heads, heads % count == 0 else {
      throw json.bad(
        ByteString(key), expected: "a divisor of \(json.name("num_attention_heads")) (\(heads))",
        found: json.has(key) ? String(count) : "missing, which means \(count)")
    }
    return count
  }

  /// `head_dim`, or without it what the family's class says: a number, or the width shared out among the
  /// heads.
  private static func headDimension(
    _ json: JSONObject, _ defaults: FamilyDefaults, hidden: Int, heads: Int
  ) throws -> Int {
    let key = "head_dim"
    let dimension: Int
    if let standard = defaults.headDimension {
      dimension = try json.size(key, in: 2...1_024, default: standard)
    } else {
      guard json.has(key) || hidden % heads == 0 else {
        throw json.bad(
          key,
          expected: "given, because \(json.name("hidden_size")) (\(hidden)) is no multiple of "
            + "\(json.name("num_attention_heads")) (\(heads))")
      }
      dimension = try json.integer(key, in: 2...1_024, default: hidden / heads)
      guard (2...1_024).contains(dimension) else {
        throw json.bad(
          "hidden_size",
          expected: "2 to 1024 times \(json.name("num_attention_heads")) (\(heads)), as "
            + "\(json.name(key)) is missing")
      }
    }
    guard dimension % 2 == 0 else {
      throw json.bad(
        key, expected: "an even number, because rotary positions turn pairs (it is \(dimension))")
    }
    return dimension
  }
}
