import Testing

@testable import Checkpoint

/// What is made of a GGUF file's keys, and which are refused.
@Suite struct GGUFConfigurationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A Llama whose keys are `changes` instead of the usual ones; `nil` leaves one out.
  private func file(
    _ changes: [String: UInt32?] = [:], _ change: (inout GGUFBytes) -> Void = { _ in }
  ) throws -> GGUFFile {
    var keys: [String: UInt32] = [
      "embedding_length": 32, "block_count": 2, "feed_forward_length": 64, "context_length": 128,
      "attention.head_count": 4, "attention.head_count_kv": 2, "vocab_size": 3,
    ]
    for (key, value) in changes { keys[key] = value }
    var bytes = GGUFBytes()
    bytes.add("general.architecture", "llama")
    for (key, value) in keys { bytes.add("llama.\(key)", value) }
    if changes["attention.layer_norm_rms_epsilon"] == nil {
      bytes.add("llama.attention.layer_norm_rms_epsilon", float: 1e-5)
    }
    change(&bytes)
    return try GGUFFile(path: folder.write(bytes.bytes, as: "m.gguf"))
  }

  private func configuration(
    _ changes: [String: UInt32?] = [:], _ change: (inout GGUFBytes) -> Void = { _ in }
  ) throws -> ModelConfiguration {
    try ModelConfiguration(try file(changes, change).configuration(), generation: nil)
  }

  @Test func keysBecomeSizes() throws {
    let found = try configuration()
    #expect(found.hiddenSize == 32 && found.layerCount == 2 && found.intermediateSize == 64)
    #expect(found.queryHeadCount == 4 && found.kvHeadCount == 2 && found.headDimension == 8)
    #expect(found.vocabularySize == 3 && found.contextLength == 128 && found.tiesEmbeddings)
    #expect(found.rmsNormEpsilon == 1e-5 && found.endTokens.isEmpty && found.parts == [])
  }

  @Test func missingKeysHaveTheirDefaults() throws {
    let found = try configuration(["attention.head_count_kv": nil, "vocab_size": nil]) {
      $0.add("tokenizer.ggml.tokens", ["a", "b", "c", "d"])
    }
    #expect(found.kvHeadCount == 4 && found.vocabularySize == 4)
  }

  @Test(arguments: ["embedding_length", "block_count", "feed_forward_length", "context_length", "attention.head_count"])
  func keysThatMustBeThereAreNamed(_ key: String) {
    #expect(failure { _ = try configuration([key: nil]) }?.contains("'llama.\(key)'") == true)
    #expect(failure { _ = try configuration([key: 0]) }?.contains("'llama.\(key)'") == true)
    #expect(failure { _ = try configuration([key: .max]) }?.contains("m.gguf") == true)
  }

  @Test func sizesGivenForEachLayerMustBeTheSame() throws {
    let none: [String: UInt32?] = ["attention.head_count_kv": nil]
    #expect(try configuration(none) { $0.add("llama.attention.head_count_kv", [2, 2]) }.kvHeadCount == 2)
    for values in [[2, 4], [0, 0], []] as [[UInt32]] {
      let problem = failure { _ = try configuration(none) { $0.add("llama.attention.head_count_kv", values) } }
      #expect(problem?.contains("'llama.attention.head_count_kv'") == true)
    }
  }

  @Test func whatNoSupportedModelHasIsRefused() {
    #expect(failure { _ = try configuration(["expert_count": 8]) }?.contains("llama.expert_count") == true)
    #expect((try? configuration(["expert_count": 0])) != nil)
    #expect(failure { _ = try configuration(["attention.value_length": 4]) }?.contains("value_length") == true)
    #expect(failure { _ = try configuration(["rope.dimension_count": 10]) }?.contains("dimension_count") == true)
    #expect(failure { _ = try configuration { $0.add("split.count", 3) } }?.contains("3 files") == true)
    #expect(failure { _ = try configuration { $0.add("llama.rope.scaling.type", "odd") } }?.contains("odd") == true)
  }

  @Test func scaledPositionsAreUnderstood() throws {
    let linear = try configuration {
      $0.add("llama.rope.freq_base", float: 5000)
      $0.add("llama.rope.scaling.type", "linear")
      $0.add("llama.rope.scaling.factor", float: 4)
    }
    #expect(linear.attention.first?.rope == RopeConfiguration(theta: 5000, dimension: 8, scaling: .linear(factor: 4)))
    let part = try configuration(["rope.dimension_count": 6])
    #expect(part.attention.first?.rope?.dimension == 6)
    let both = failure {
      _ = try configuration {
        $0.add("llama.rope.scaling.type", "linear")
        $0.addTensor("rope_freqs.weight", sizes: [0], offset: 0)
      }
    }
    #expect(both?.contains("rope_freqs.weight") == true)
    let none = failure { _ = try configuration { $0.addTensor("rope_freqs.weight", sizes: [0], offset: 0) } }
    #expect(none?.contains("short_factor") == true)
  }

  @Test func aTurnsEndIsFoundByItsTextWhateverItsType() throws {
    let found = try configuration(["vocab_size": 5]) {
      $0.add("tokenizer.ggml.tokens", ["a", "</s>", "<|im_end|>", "<|end|>", "b", "<|eot_id|>"])
      $0.add("tokenizer.ggml.token_type", [1, 3, 4, 1, 1, 3])
      $0.add("tokenizer.ggml.eot_token_id", 4)
    }
    #expect(found.endTokens == [1, 2, 3, 4])
    #expect(try configuration { $0.add("tokenizer.ggml.eos_token_id", 3) }.endTokens.isEmpty)
  }

  private static let ends: [(tokens: [String], ends: Set<Int>)] = [
    (["a", "<|im_end|>", "<|endoftext|>", "<|im_start|>"], [1, 2]), (["<end_of_turn>", "<eos>", "<start_of_turn>"], [0, 1]),
    (["<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|begin_of_text|>"], [0, 1, 2]), (["<EOT>", "_<EOT>", "[EOT]", "[EOS]"], [0, 1, 2, 3]),
    (["<｜end▁of▁sentence｜>", "<end_of_utterance>", "</s>"], [0, 1, 2]), (["<|return|>", "<|call|>", "<|end|>"], [0, 1]),
    (["<|flush|>", "<|calls|>", "<|end|>"], [0, 1]), (["<turn|>", "<|tool_response>", "</s>"], [0, 1]),
    (["<|fim_prefix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"], [1, 2, 3]),
  ]

  @Test(arguments: ends) func everySpellingOfAnEndIsKnown(_ tokens: [String], _ ends: Set<Int>) throws {
    for types in [nil, [UInt32](repeating: 1, count: tokens.count), [UInt32](repeating: 4, count: tokens.count)] {
      let found = try configuration(["vocab_size": UInt32(tokens.count)]) {
        $0.add("tokenizer.ggml.tokens", tokens)
        if let types { $0.add("tokenizer.ggml.token_type", types) }
      }
      #expect(found.endTokens == ends, "\(tokens)")
    }
  }
}
