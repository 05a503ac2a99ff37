import Foundation
import Testing

@testable import Checkpoint

@Suite struct ModelConfigurationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

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
    #expect(found.ropeTheta == 10_000 && found.rmsNormEpsilon == 1e-5)
  }

  @Test func missingKeysHaveTheirDefaults() throws {
    let found = try configuration([
      "num_key_value_heads": "null", "rope_theta": "null", "rms_norm_eps": "null",
      "tie_word_embeddings": "null", "eos_token_id": "null",
    ])
    #expect(found.kvHeadCount == 8 && found.ropeTheta == 10_000 && found.rmsNormEpsilon == 1e-6)
    #expect(!found.tiesEmbeddings && found.endTokens.isEmpty)
  }

  private static let impossibleValues: [(key: String, value: String)] = [
    ("hidden_size", "0"), ("hidden_size", "-64"), ("hidden_size", "64.5"), ("hidden_size", "\"64\""),
    ("hidden_size", "true"), ("hidden_size", "1e300"), ("hidden_size", "9223372036854775807"),
    ("hidden_size", "99999999999999999999"), ("hidden_size", "[64]"), ("hidden_size", "null"),
    ("num_hidden_layers", "true"), ("num_hidden_layers", "0"), ("num_attention_heads", "0"),
    ("num_key_value_heads", "3"), ("num_key_value_heads", "16"), ("vocab_size", "0"),
    ("max_position_embeddings", "false"), ("rms_norm_eps", "0"), ("rms_norm_eps", "true"),
    ("rope_theta", "-1"), ("rope_theta", "1e999"), ("hidden_act", "\"gelu\""), ("hidden_act", "1"),
    ("attention_bias", "true"), ("attention_bias", "1"), ("mlp_bias", "true"),
    ("tie_word_embeddings", "1"), ("head_dim", "7"), ("head_dim", "1026"), ("head_dim", "true"),
    ("eos_token_id", "512"), ("eos_token_id", "-1"), ("eos_token_id", "[2, 512]"),
    ("eos_token_id", "true"), ("eos_token_id", "\"</s>\""), ("rope_scaling", "[]"),
  ]

  @Test(arguments: impossibleValues)
  func aValueThatCannotBeIsAnErrorNamingItsKey(_ key: String, _ value: String) {
    let problem = failure { _ = try configuration([key: value]) }
    #expect(problem?.contains("'\(key)'") == true, "\(problem ?? "was accepted")")
  }

  @Test func scaledRotaryPositionsAreRefused() {
    let problem = failure {
      _ = try configuration(["rope_scaling": #"{"rope_type": "llama3", "factor": 8.0}"#])
    }
    #expect(problem?.contains("rope_scaling.rope_type") == true)
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
    #expect(failure { _ = try configuration() }?.contains("generation_config.json") == true)
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

  @Test func aTokenizerWithMoreTokensThanTheEmbeddingIsRefused() throws {
    _ = try configuration(["vocab_size": "300"])
    let tokenizer = try Data(
      contentsOf: URL(fileURLWithPath: Places.fixture("gpt2.tokenizer.json")))
    _ = try folder.write(tokenizer, as: "tokenizer.json")
    #expect(failure { _ = try Checkpoint(path: folder.path) }?.contains("'vocab_size'") == true)
    _ = try configuration(["vocab_size": "512"])
    let checkpoint = try Checkpoint(path: folder.path)
    #expect(checkpoint.configuration.vocabularySize == 512)
    #expect(failure { _ = try checkpoint.weights() }?.contains("model.safetensors") == true)
  }
}
