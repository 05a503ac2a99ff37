/// What a family's configuration class in transformers (5.24) holds where `config.json` has no such key.
///
/// `Tests/TransformerTests/Fixtures/configurations/make_configurations.py` reads the same numbers out of the
/// classes.
struct FamilyDefaults: Sendable {
  let hiddenSize: Int
  let intermediateSize: Int
  let layerCount: Int
  let queryHeadCount: Int
  /// `nil`: as many as query heads, which `null` means in every family.
  let kvHeadCount: Int?
  /// `nil`: the width shared out among the heads.
  var headDimension: Int?
  let vocabularySize: Int
  let contextLength: Int
  var rmsNormEpsilon = 1e-6
  var tiesEmbeddings = false
  /// The token that ends an answer, where neither `config.json` nor `generation_config.json` says it.
  var endToken: Int?
  /// θ of the rotary frequencies.
  var theta = 10_000.0
  /// θ of sliding layers; `nil` where all layers share one.
  var slidingTheta: Double?
  /// The length before scaling, which Phi-3 has whatever its `rope_scaling` says.
  var originalContextLength: Int?
  /// The size of the windows; `nil`: no windows.
  var window: Int?
  /// The caps of scores and of logits.
  var scoreCap: Double?, logitCap: Double?
}

extension FamilyDefaults {
  static let llama = FamilyDefaults(
    hiddenSize: 4096, intermediateSize: 11_008, layerCount: 32, queryHeadCount: 32, kvHeadCount: nil,
    vocabularySize: 32_000, contextLength: 2048, endToken: 2)

  static let mistral = FamilyDefaults(
    hiddenSize: 4096, intermediateSize: 14_336, layerCount: 32, queryHeadCount: 32, kvHeadCount: 8,
    vocabularySize: 32_000, contextLength: 131_072, endToken: 2, window: 4096)

  static let qwen2 = FamilyDefaults(
    hiddenSize: 4096, intermediateSize: 22_016, layerCount: 32, queryHeadCount: 32, kvHeadCount: 32,
    vocabularySize: 151_936, contextLength: 32_768, window: 4096)

  static let qwen3 = FamilyDefaults(
    hiddenSize: 4096, intermediateSize: 22_016, layerCount: 32, queryHeadCount: 32, kvHeadCount: 32,
    headDimension: 128, vocabularySize: 151_936, contextLength: 32_768, window: 4096)

  static let smolLM3 = FamilyDefaults(
    hiddenSize: 2048, intermediateSize: 11_008, layerCount: 36, queryHeadCount: 16, kvHeadCount: 4,
    vocabularySize: 128_256, contextLength: 32_768, tiesEmbeddings: true, endToken: 128_001, theta: 2_000_000)

  static let phi3 = FamilyDefaults(
    hiddenSize: 3072, intermediateSize: 8192, layerCount: 32, queryHeadCount: 32, kvHeadCount: nil,
    vocabularySize: 32_064, contextLength: 4096, rmsNormEpsilon: 1e-5, endToken: 32_000,
    originalContextLength: 4096)

  static let gemma = FamilyDefaults(
    hiddenSize: 3072, intermediateSize: 24_576, layerCount: 28, queryHeadCount: 16, kvHeadCount: 16,
    headDimension: 256, vocabularySize: 256_000, contextLength: 8192, tiesEmbeddings: true, endToken: 1)

  static let gemma2 = FamilyDefaults(
    hiddenSize: 2304, intermediateSize: 9216, layerCount: 26, queryHeadCount: 8, kvHeadCount: 4,
    headDimension: 256, vocabularySize: 256_000, contextLength: 8192, tiesEmbeddings: true, endToken: 1,
    window: 4096, scoreCap: 50, logitCap: 30)

  static let gemma3 = FamilyDefaults(
    hiddenSize: 2304, intermediateSize: 9216, layerCount: 26, queryHeadCount: 8, kvHeadCount: 4,
    headDimension: 256, vocabularySize: 262_208, contextLength: 131_072, tiesEmbeddings: true, endToken: 1,
    theta: 1_000_000, slidingTheta: 10_000, window: 4096)
}
