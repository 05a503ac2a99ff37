/// What distinguishes the supported families from one another, as data: one decoder runs them all.
struct ModelFamily: Sendable {
  /// The name that `model_type` has for it.
  let modelType: String
  /// What holds where a configuration does not say it.
  let defaults: FamilyDefaults
  /// Whether queries, keys and values have biases, whatever `attention_bias` says.
  var hasQueryKeyValueBias = false
  /// Whether `attention_bias` is read.
  var readsAttentionBias = false
  /// Whether `mlp_bias` is read.
  var readsFeedForwardBias = false
  /// Whether each head's query and key is normalised before it is rotated.
  var hasQueryKeyNorm = false
  /// Whether projections that read the same states are one tensor (`qkv_proj`, `gate_up_proj`).
  var hasFusedProjections = false
  /// Gemma: norm weights count from -1, embeddings are scaled by the root of the width.
  var isGemma = false
  /// The key that names the function between the feed-forward projections.
  var activationKey = "hidden_act"
  /// Whether attention and feed-forward have a norm behind them, too.
  var hasOutputNorms = false
  /// Whether scores may be capped and scaled by `query_pre_attn_scalar`.
  var hasScoreSettings = false
  /// Which layers look at a window of the newest tokens only.
  var windows = Windows.none
  /// Whether some layers have no positions (`no_rope_layers`).
  var skipsPositions = false
  /// Whether a part of each head may be rotated (`partial_rotary_factor`), and LongRoPE is the only scaling.
  var isPhi = false
  /// Whether the decoder's sizes stand one level below (`text_config`), as for models that also see pictures.
  var isNested = false

  /// Which layers slide.
  enum Windows: Sendable {
    /// None, whatever the configuration says.
    case none
    /// All, when `sliding_window` is given.
    case all
    /// Those that `layer_types` names; all where it is missing, when `sliding_window` is given.
    case listed
    /// From `max_window_layers` on, when `use_sliding_window` is true.
    case upper
    /// Those without rotary positions, when `use_sliding_window` is true.
    case withoutPositions
    /// All but each n-th; the key that may say n, and n where it is missing.
    case allButEach(key: String?, count: Int)
  }

  /// The families by the architecture that `config.json` names.
  static let all: [String: ModelFamily] = [
    "LlamaForCausalLM": ModelFamily(
      modelType: "llama", defaults: .llama, readsAttentionBias: true, readsFeedForwardBias: true),
    "MistralForCausalLM": ModelFamily(modelType: "mistral", defaults: .mistral, windows: .listed),
    "Qwen2ForCausalLM": ModelFamily(
      modelType: "qwen2", defaults: .qwen2, hasQueryKeyValueBias: true, windows: .upper),
    "Qwen3ForCausalLM": ModelFamily(
      modelType: "qwen3", defaults: .qwen3, readsAttentionBias: true, hasQueryKeyNorm: true, windows: .upper),
    "SmolLM3ForCausalLM": ModelFamily(
      modelType: "smollm3", defaults: .smolLM3, readsAttentionBias: true, readsFeedForwardBias: true,
      windows: .withoutPositions, skipsPositions: true),
    "Phi3ForCausalLM": ModelFamily(
      modelType: "phi3", defaults: .phi3, hasFusedProjections: true, windows: .all, isPhi: true),
    "GemmaForCausalLM": ModelFamily(
      modelType: "gemma", defaults: .gemma, readsAttentionBias: true, isGemma: true),
    "Gemma2ForCausalLM": ModelFamily(
      modelType: "gemma2", defaults: .gemma2, readsAttentionBias: true, isGemma: true,
      activationKey: "hidden_activation", hasOutputNorms: true, hasScoreSettings: true,
      windows: .allButEach(key: nil, count: 2)),
    "Gemma3ForCausalLM": gemma3("gemma3_text", isNested: false),
    "Gemma3ForConditionalGeneration": gemma3("gemma3", isNested: true),
  ]

  private static func gemma3(_ modelType: String, isNested: Bool) -> ModelFamily {
    ModelFamily(
      modelType: modelType, defaults: .gemma3, readsAttentionBias: true, hasQueryKeyNorm: true, isGemma: true,
      activationKey: "hidden_activation", hasOutputNorms: true, hasScoreSettings: true,
      windows: .allButEach(key: "sliding_window_pattern", count: 6), isNested: isNested)
  }

  /// Their names, for errors and help.
  static let names = all.keys.sorted()
}
