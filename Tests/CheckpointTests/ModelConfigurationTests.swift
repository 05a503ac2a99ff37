import Foundation
import TestSupport
import Testing

@testable import Checkpoint

@Suite struct ModelConfigurationTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private static let valid: [String: String] = [
    "architectures": #"["LlamaForCausalLM"]"#, "hidden_size": "64", "intermediate_size": "172",
    "num_hidden_layers": "5", "num_attention_heads": "8", "num_key_value_heads": "4",
    "vocab_size": "512", "max_position_embeddings": "256", "rms_norm_eps": "1e-05",
    "rope_theta": "10000.0", "hidden_act": #""silu""#, "tie_word_embeddings": "true",
    "eos_token_id": "2",
  ]

  private func configuration(_ changes: [String: String] = [:]) throws -> ModelConfiguration {
    var entries = Self.valid
    for (key, value) in changes { entries[key] = value }
    let text = entries.map { "\"\($0)\": \($1)" }.joined(separator: ", ")
    return try ModelConfiguration(path: try folder.write("{\(text)}", as: "config.json"))
  }

  @Test func aConfigurationIsRead() throws {
    let found = try configuration()
    #expect(found.hiddenSize == 64 && found.layerCount == 5 && found.headDimension == 8)
    #expect(found.kvHeadCount == 4 && found.tiesEmbeddings && found.endTokens == [2])
    #expect(found.attention.first?.rope?.theta == 10_000 && found.rmsNormEpsilon == 1e-5)
  }

  @Test func missingKeysHaveTheirDefaults() throws {
    let found = try configuration([
      "num_key_value_heads": "null", "rope_theta": "null", "rms_norm_eps": "null",
      "tie_word_embeddings": "null", "eos_token_id": "null",
    ])
    #expect(
      found.kvHeadCount == 8 && found.attention.first?.rope?.theta == 10_000 && found.rmsNormEpsilon == 1e-6)
    #expect(!found.tiesEmbeddings && found.endTokens.isEmpty)
  }

  private static let impossibleValues: [(key: String, value: String)] = [
    ("hidden_size", "0"), ("hidden_size", "-64"), ("hidden_size", "64.5"), ("hidden_size", "\"64\""),
    ("hidden_size", "true"), ("hidden_size", "1e300"), ("hidden_size", "9223372036854775807"),
    ("hidden_size", "99999999999999999999"), ("hidden_size", "[64]"), ("hidden_size", "null"),
    ("hidden_size", "NaN"), ("vocab_size", "Infinity"), ("rms_norm_eps", "NaN"), ("rope_theta", "-Infinity"),
    ("vocab_size", "null"), ("num_hidden_layers", "null"), ("max_position_embeddings", "null"),
    ("num_hidden_layers", "true"), ("num_hidden_layers", "0"), ("num_attention_heads", "0"),
    ("num_key_value_heads", "3"), ("num_key_value_heads", "16"), ("vocab_size", "0"),
    ("max_position_embeddings", "false"), ("rms_norm_eps", "0"), ("rms_norm_eps", "true"),
    ("rope_theta", "-1"), ("rope_theta", "1e999"), ("hidden_act", "\"gelu\""), ("hidden_act", "1"),
    ("attention_bias", "1"), ("mlp_bias", "\"no\""),
    ("tie_word_embeddings", "1"), ("head_dim", "7"), ("head_dim", "1026"), ("head_dim", "true"),
    ("eos_token_id", "true"), ("eos_token_id", "\"</s>\""), ("rope_scaling", "[]"),
  ]

  @Test(arguments: impossibleValues)
  func aValueThatCannotBeIsAnErrorNamingItsKey(_ key: String, _ value: String) {
    let problem = failure { _ = try configuration([key: value]) }
    #expect(problem?.contains("'\(key)'") == true, "\(problem ?? "was accepted")")
  }

  @Test func unknownScalingsOfPositionsAreRefusedByName() {
    let problem = failure {
      _ = try configuration(["rope_scaling": #"{"rope_type": "mrope", "factor": 8.0}"#])
    }
    #expect(problem?.contains("rope_type 'mrope'") == true && problem?.contains("llama3") == true)
  }

  private static let impossibleScalings: [(rope: String, key: String)] = [
    (#"{"rope_type": "linear"}"#, "rope_scaling.factor"),
    (#"{"rope_type": "linear", "factor": 0}"#, "rope_scaling.factor"),
    (
      #"{"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4}"#,
      "high_freq_factor"
    ),
    (#"{"rope_type": "longrope", "short_factor": [1], "long_factor": [1]}"#, "short_factor"),
    (#"{"rope_type": "linear", "factor": 2, "partial_rotary_factor": 1.5}"#, "partial_rotary_factor"),
    (#"{"rope_type": "linear", "factor": 2, "partial_rotary_factor": 0.01}"#, "partial_rotary_factor"),
    (#"{"rope_type": "default", "partial_rotary_factor": 0}"#, "partial_rotary_factor"),
    (#"{"rope_type": 1}"#, "rope_scaling.rope_type"),
  ]

  @Test(arguments: impossibleScalings)
  func aScalingThatCannotBeIsAnErrorNamingItsKey(_ rope: String, _ key: String) {
    let problem = failure { _ = try configuration(["rope_scaling": rope]) }
    #expect(problem?.contains(key) == true, "\(problem ?? "was accepted")")
  }

  @Test func theNamesOfAllFamiliesStandInTheRefusal() {
    let problem = failure { _ = try configuration(["architectures": #"["GPTNeoXForCausalLM"]"#]) }
    for name in ModelFamily.names { #expect(problem?.contains(name) == true) }
  }

  @Test func gemma3OfTheHubHasTwoRotationsAndAWindowInFiveOfSixLayers() throws {
    let found = try configuration([
      "architectures": #"["Gemma3ForCausalLM"]"#, "num_hidden_layers": "7", "head_dim": "8",
      "sliding_window": "512",
      "hidden_act": "null", "hidden_activation": #""gelu_pytorch_tanh""#, "tie_word_embeddings": "null",
      "rope_theta": "1000000", "rope_local_base_freq": "10000", "query_pre_attn_scalar": "16",
      "rope_scaling": #"{"rope_type": "linear", "factor": 8.0}"#, "sliding_window_pattern": "6",
    ])
    #expect(found.attention.map(\.window) == [512, 512, 512, 512, 512, nil, 512])
    #expect(found.attention[0].rope == RopeConfiguration(theta: 10_000, dimension: 8))
    #expect(
      found.attention[5].rope
        == RopeConfiguration(theta: 1_000_000, dimension: 8, scaling: .linear(factor: 8)))
    #expect(found.attention[0].scale == 0.25 && found.attention[0].softCap == nil && found.tiesEmbeddings)
    #expect(
      found.parts == [.queryKeyNorm, .outputNorms] && found.normOffset == 1 && found.embeddingScale == 8)
  }

  @Test func numbersThatOnlyPythonWritesDoNoHarmWhereTheyAreNotRead() throws {
    let found = try configuration([
      "initializer_range": "NaN", "rope_limits": "[-Infinity, Infinity]", "nested": #"{"a": Infinity}"#,
    ])
    #expect(try found == configuration())
  }

  @Test func aFamilyIsKnownByItsTypeWhereNoArchitectureIsNamed() throws {
    let expected = try configuration(["model_type": #""llama""#])
    for value in ["null", "[]"] {
      #expect(try configuration(["architectures": value, "model_type": #""llama""#]) == expected)
    }
    let qwen = try configuration(["architectures": "null", "model_type": #""qwen2""#])
    #expect(qwen.parts == .queryKeyValueBias)
    #expect(
      failure { _ = try configuration(["architectures": "[]", "model_type": #""rwkv""#]) }?.contains("'rwkv'")
        == true)
    #expect(try configuration(["architectures": #"["LLaMAForCausalLM"]"#]) == configuration())
  }

  @Test func aTypeAndAnArchitectureThatContradictEachOtherAreRefusedAndAnUnknownTypeIsTold() throws {
    let problem = failure { _ = try configuration(["model_type": #""gemma2""#]) }
    #expect(problem?.contains("'model_type'") == true && problem?.contains("LlamaForCausalLM") == true)
    let found = try configuration(["model_type": #""Yi""#])
    #expect(
      found.notices.count == 1 && found.notices[0].contains("'Yi'") && found.notices[0].contains("llama"))
    #expect(try configuration(["model_type": #""llama""#]).notices.isEmpty)
  }

  @Test func whatHasNoEffectIsTold() throws {
    let part = try configuration(["partial_rotary_factor": "0.5"])
    #expect(
      part.attention[0].rope?.dimension == 8 && part.notices.first?.contains("partial_rotary_factor") == true)
    let flat = try configuration([
      "architectures": #"["Gemma3ForCausalLM"]"#, "hidden_act": "null", "rope_theta": "null",
      "rope_parameters": #"{"rope_type": "linear", "factor": 2}"#,
    ])
    #expect(flat.attention.allSatisfy { $0.rope?.scaling == RopeConfiguration.Scaling.none })
    #expect(flat.notices.first?.contains("rope_parameters") == true)
  }

  @Test func aPartOfEachHeadIsScaledInPhi3Only() throws {
    let scaled = ["partial_rotary_factor": "0.5", "rope_scaling": #"{"rope_type": "linear", "factor": 2}"#]
    #expect(failure { _ = try configuration(scaled) }?.contains("partial_rotary_factor") == true)
    let phi = ["architectures": #"["Phi3ForCausalLM"]"#]
    let problem = failure { _ = try configuration(phi.merging(scaled) { $1 }) }
    #expect(problem?.contains("'linear'") == true)
    #expect(
      try configuration(phi.merging(["partial_rotary_factor": "0.5"]) { $1 }).attention[0].rope?.dimension
        == 4)
  }

  @Test func layersThatDifferFromOneAnotherAreRefused() throws {
    let one = ["per_layer_config": #"{"1": {"num_key_value_heads": 2}}"#]
    #expect(failure { _ = try configuration(one) }?.contains("per_layer_config") == true)
    #expect(try configuration(["per_layer_config": "null"]) == configuration())
    #expect(try configuration(["per_layer_config": "{}"]) == configuration())
  }

  @Test func aModelThatLooksAheadIsRefused() {
    let gemma = [
      "architectures": #"["Gemma3ForCausalLM"]"#, "hidden_act": "null", "use_bidirectional_attention": "true",
    ]
    #expect(failure { _ = try configuration(gemma) }?.contains("use_bidirectional_attention") == true)
  }

  @Test func aModelThatSeesPicturesTooKeepsItsSizesBelow() throws {
    let inner = Self.valid.filter { $0.key != "architectures" }.map { "\"\($0)\": \($1)" }.joined(
      separator: ", ")
    let text =
      #"{"architectures": ["Gemma3ForConditionalGeneration"], "eos_token_id": [1, 106], "text_config": {"#
      + inner.replacingOccurrences(of: "silu", with: "gelu_pytorch_tanh") + "}}"
    let found = try ModelConfiguration(path: try folder.write(text, as: "config.json"))
    #expect(found.hiddenSize == 64 && found.endTokens == [1, 2, 106])
  }

  @Test func windowsAreSwitchedOffByNull() throws {
    let mistral = ["architectures": #"["MistralForCausalLM"]"#]
    #expect(try configuration(mistral.merging(["sliding_window": "null"]) { $1 }).attention[0].window == nil)
    #expect(try configuration(mistral).attention[0].window == 4096)
    let qwen = ["architectures": #"["Qwen2ForCausalLM"]"#, "sliding_window": "64", "max_window_layers": "3"]
    #expect(try configuration(qwen).attention.allSatisfy { $0.window == nil })
    #expect(
      try configuration(qwen.merging(["use_sliding_window": "true"]) { $1 }).attention.map(\.window)
        == [nil, nil, nil, 64, 64])
  }

  @Test func layersWithoutPositionsHaveNoRotation() throws {
    let found = try configuration(["architectures": #"["SmolLM3ForCausalLM"]"#, "rope_theta": "null"])
    #expect(found.attention.map { $0.rope?.theta } == [2_000_000, 2_000_000, 2_000_000, nil, 2_000_000])
    let listed = try configuration([
      "architectures": #"["SmolLM3ForCausalLM"]"#, "no_rope_layers": "[0, 1, 1, 1, 0, 1]",
    ])
    #expect(listed.attention.map { $0.rope == nil } == [true, false, false, false, true])
  }

  @Test func otherArchitecturesAreRefusedByName() {
    for value in [#"["GPT2LMHeadModel"]"#, "[]", "1", #"[1]"#, "null"] {
      #expect(failure { _ = try configuration(["architectures": value]) }?.contains("architecture") == true)
    }
  }

  @Test func widthMustShareOutAmongTheHeadsWhereNoHeadSizeIsGiven() throws {
    #expect(failure { _ = try configuration(["hidden_size": "60"]) }?.contains("'head_dim'") == true)
    #expect(try configuration(["hidden_size": "60", "head_dim": "16"]).headDimension == 16)
    let wide = ["hidden_size": "65536", "num_attention_heads": "8"]
    #expect(failure { _ = try configuration(wide) }?.contains("'hidden_size'") == true)
    #expect(failure { _ = try configuration(["hidden_size": "8"]) }?.contains("'hidden_size'") == true)
    #expect(failure { _ = try configuration(["hidden_size": "24"]) }?.contains("'head_dim'") == true)
  }

  @Test func endTokensOfBothFilesCount() throws {
    _ = try folder.write(#"{"eos_token_id": [3, 4]}"#, as: "generation_config.json")
    #expect(try configuration().endTokens == [2, 3, 4])
    _ = try folder.write(#"{"eos_token_id": 512}"#, as: "generation_config.json")
    let found = try configuration()
    #expect(found.endTokens == [2])
    #expect(found.notices.count == 1)
    #expect(found.notices.allSatisfy { $0.contains("generation_config.json") && $0.contains("512") })
    _ = try folder.write(#"{"eos_token_id": ["</s>"]}"#, as: "generation_config.json")
    #expect(failure { _ = try configuration() }?.contains("generation_config.json") == true)
  }

  @Test func theFamilysEndTokenHoldsWhereNoFileNamesOne() throws {
    let text = #"{"model_type": "llama", "vocab_size": 512}"#
    #expect(try ModelConfiguration(path: try folder.write(text, as: "config.json")).endTokens == [2])
    #expect(try configuration(["eos_token_id": "null"]).endTokens.isEmpty)
    _ = try folder.write(#"{"eos_token_id": [5]}"#, as: "generation_config.json")
    #expect(try ModelConfiguration(path: try folder.write(text, as: "config.json")).endTokens == [5])
  }

  @Test(arguments: [("-1", "-1"), ("[2, 512, -1, 3, -1]", "-1, 512")])
  func idsThatNoTokenHasEndNothingAndAreTold(_ written: String, _ named: String) throws {
    let found = try configuration(["eos_token_id": written])
    #expect(found.endTokens == (written == "-1" ? [] : [2, 3]))
    #expect(found.notices.count == 1 && found.notices[0].contains(" \(named) is ignored"), "\(found.notices)")
    #expect(try configuration().notices.isEmpty)
  }

  @Test func brokenFilesAreRefused() throws {
    for text in ["", "[]", "null", "{", String(repeating: "[", count: 100_000)] {
      let path = try folder.write(text, as: "config.json")
      #expect(failure { _ = try ModelConfiguration(path: path) }?.contains("config.json") == true)
    }
  }

  @Test func aFolderWithoutAModelIsNamed() {
    #expect(throws: CheckpointError.notAModel(path: folder.path)) {
      try Checkpoint(path: folder.path)
    }
  }

  @Test func aTokenizerWithMoreTokensThanTheEmbeddingOpens() throws {
    _ = try configuration(["vocab_size": "300"])
    try writeTokenizer()
    #expect(try Checkpoint(path: folder.path).tokenizer.embeddedCount == 300)
  }

  @Test func weightsThatAreMissingAreAskedForWithTheCommandThatFetchesThem() throws {
    _ = try configuration(["vocab_size": "512"])
    try writeTokenizer()
    let checkpoint = try Checkpoint(path: folder.path)
    #expect(checkpoint.configuration.vocabularySize == 512 && checkpoint.tokenizer.embeddedCount == 512)
    let problem = failure { _ = try checkpoint.weights() }
    #expect(problem?.contains("model.safetensors") == true && problem?.contains("hf download") == true)
  }

  private func writeTokenizer() throws {
    let tokenizer = try Data(contentsOf: URL(fileURLWithPath: Places.fixture("gpt2.tokenizer.json")))
    _ = try folder.write(tokenizer, as: "tokenizer.json")
  }
}
