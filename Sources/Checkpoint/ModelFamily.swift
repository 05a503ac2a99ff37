/// What distinguishes the supported families from one another, as data: one decoder runs them all.
struct ModelFamily {
  /// θ where a configuration does not say it.
  var theta = 10_000.0
  /// θ of sliding layers where a configuration does not say it; `nil` where all layers share one.
  var slidingTheta: Double?
  /// Whether the head is the embedding where a configuration does not say it.
  var tiesEmbeddings = false
  /// Whether queries, keys and values have biases, whatever `attention_bias` says.
  var hasQueryKeyValueBias = false
  /// Whether `attention_bias` and `mlp_bias` are read.
  var readsBiases = false
  /// Whether `attention_bias` is of the output projection, too.
  var hasOutputBias = true
  /// Whether each head's query and key is normalised before it is rotated.
  var hasQueryKeyNorm = false
  /// Whether projections that read the same states are one tensor (`qkv_proj`, `gate_up_proj`).
  var hasFusedProjections = false
  /// Gemma: norm weights count from -1, embeddings are scaled by the root of the width.
  var isGemma = false
  /// Whether attention and feed-forward have a norm behind them, too.
  var hasOutputNorms = false
  /// Whether scores may be capped and scaled by `query_pre_attn_scalar`.
  var hasScoreSettings = false
  /// The cap of scores and the cap of logits where a configuration does not say them.
  var scoreCap: Double?, logitCap: Double?
  /// The size of the windows where a configuration does not say it; `nil`: no windows then.
  var window: Int?
  /// Which layers look at a window of the newest tokens only, where `layer_types` is missing.
  var windows = Windows.none

  /// Which layers slide.
  enum Windows {
    /// None, whatever the configuration says.
    case none
    /// All, when `sliding_window` is given.
    case all
    /// From `max_window_layers` on, when `use_sliding_window` is true.
    case upper
    /// Those without rotary positions, when `use_sliding_window` is true.
    case withoutPositions
    /// All but each n-th; the key that may say n, and n where it is missing.
    case allButEach(key: String, count: Int)
  }

  /// Whether some layers have no positions (`no_rope_layers`).
  var skipsPositions = false

  /// The families by the architecture that `config.json` names.
  static let all: [String: ModelFamily] = [
    "LlamaForCausalLM": ModelFamily(readsBiases: true),
    "MistralForCausalLM": ModelFamily(window: 4096, windows: .all),
    "Qwen2ForCausalLM": ModelFamily(hasQueryKeyValueBias: true, hasOutputBias: false, windows: .upper),
    "Qwen3ForCausalLM": ModelFamily(readsBiases: true, hasQueryKeyNorm: true, windows: .upper),
    "SmolLM3ForCausalLM": ModelFamily(
      theta: 2_000_000, tiesEmbeddings: true, readsBiases: true, windows: .withoutPositions, skipsPositions: true),
    "Phi3ForCausalLM": ModelFamily(hasFusedProjections: true, windows: .all),
    "GemmaForCausalLM": ModelFamily(tiesEmbeddings: true, readsBiases: true, isGemma: true),
    "Gemma2ForCausalLM": ModelFamily(
      tiesEmbeddings: true, readsBiases: true, isGemma: true, hasOutputNorms: true, hasScoreSettings: true,
      scoreCap: 50, logitCap: 30, window: 4096, windows: .allButEach(key: "", count: 2)),
    "Gemma3ForCausalLM": gemma3,
    "Gemma3ForConditionalGeneration": gemma3,
  ]

  private static let gemma3 = ModelFamily(
    theta: 1_000_000, slidingTheta: 10_000, tiesEmbeddings: true, readsBiases: true, hasQueryKeyNorm: true,
    isGemma: true, hasOutputNorms: true, hasScoreSettings: true, window: 4096,
    windows: .allButEach(key: "sliding_window_pattern", count: 6))

  /// Their names, for errors and help.
  static let names = all.keys.sorted()
}
