import TestSupport
import Testing

@testable import Checkpoint

/// What is made of a GGUF file's keys, and which are refused.
@Suite struct GGUFConfigurationTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

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

  @Test(arguments: [
    "embedding_length", "block_count", "feed_forward_length", "context_length", "attention.head_count",
  ])
  func keysThatMustBeThereAreNamed(_ key: String) {
    #expect(failure { _ = try configuration([key: nil]) }?.contains("'llama.\(key)'") == true)
    #expect(failure { _ = try configuration([key: 0]) }?.contains("'llama.\(key)'") == true)
    #expect(failure { _ = try configuration([key: .max]) }?.contains("m.gguf") == true)
  }

  @Test func sizesGivenForEachLayerMustBeTheSame() throws {
    let none: [String: UInt32?] = ["attention.head_count_kv": nil]
    #expect(try configuration(none) { $0.add("llama.attention.head_count_kv", [2, 2]) }.kvHeadCount == 2)
    for values in [[2, 4], [0, 0], []] as [[UInt32]] {
      let problem = failure {
        _ = try configuration(none) { $0.add("llama.attention.head_count_kv", values) }
      }
      #expect(problem?.contains("'llama.attention.head_count_kv'") == true)
    }
  }

  @Test func whatNoSupportedModelHasIsRefused() {
    #expect(failure { _ = try configuration(["expert_count": 8]) }?.contains("llama.expert_count") == true)
    #expect((try? configuration(["expert_count": 0])) != nil)
    #expect(
      failure { _ = try configuration(["attention.value_length": 4]) }?.contains("value_length") == true)
    #expect(
      failure { _ = try configuration(["rope.dimension_count": 10]) }?.contains("dimension_count") == true)
    #expect(
      failure { _ = try configuration { $0.add("llama.rope.scaling.type", "odd") } }?.contains("odd") == true)
  }

  @Test func scaledPositionsAreUnderstood() throws {
    let linear = try configuration {
      $0.add("llama.rope.freq_base", float: 5000)
      $0.add("llama.rope.scaling.type", "linear")
      $0.add("llama.rope.scaling.factor", float: 4)
    }
    #expect(
      linear.attention.first?.rope
        == RopeConfiguration(theta: 5000, dimension: 8, scaling: .linear(factor: 4)))
    // Rows that turn together are neighbours in a Llama's file: none may stand apart.
    #expect(
      failure { _ = try configuration(["rope.dimension_count": 6]) }?.contains("dimension_count") == true)
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
    (["a", "<|im_end|>", "<|endoftext|>", "<|im_start|>"], [1, 2]),
    (["<end_of_turn>", "<eos>", "<start_of_turn>"], [0, 1]),
    (["<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|begin_of_text|>"], [0, 1, 2]),
    (["<EOT>", "_<EOT>", "[EOT]", "[EOS]"], [0, 1, 2, 3]),
    (["<｜end▁of▁sentence｜>", "<end_of_utterance>", "</s>"], [0, 1, 2]),
    (["<|return|>", "<|call|>", "<|end|>"], [0, 1]),
    (["<|flush|>", "<|calls|>", "<|end|>"], [0, 1]), (["<turn|>", "<|tool_response>", "</s>"], [0, 1]),
    (["<|fim_prefix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"], [1, 2, 3]),
  ]

  @Test(arguments: ends) func everySpellingOfAnEndIsKnown(_ tokens: [String], _ ends: Set<Int>) throws {
    for types in [
      nil, [UInt32](repeating: 1, count: tokens.count), [UInt32](repeating: 4, count: tokens.count),
    ] {
      let found = try configuration(["vocab_size": UInt32(tokens.count)]) {
        $0.add("tokenizer.ggml.tokens", tokens)
        if let types { $0.add("tokenizer.ggml.token_type", types) }
      }
      #expect(found.endTokens == ends, "\(tokens)")
    }
  }

  @Test func theOlderKeyOfTheLinearScalingCounts() throws {
    func scaling(_ change: (inout GGUFBytes) -> Void) throws -> RopeConfiguration.Scaling? {
      try configuration([:], change).attention.first?.rope?.scaling
    }
    #expect(try scaling { $0.add("llama.rope.scale_linear", float: 4) } == .linear(factor: 4))
    for nothing in [Float(1), 0] {
      #expect(
        try scaling { $0.add("llama.rope.scale_linear", float: nothing) } == RopeConfiguration.Scaling.none)
    }
    // A factor without a kind is linear; the newer key counts for more, and a kind for most.
    #expect(try scaling { $0.add("llama.rope.scaling.factor", float: 2) } == .linear(factor: 2))
    let both = try scaling {
      $0.add("llama.rope.scale_linear", float: 4)
      $0.add("llama.rope.scaling.factor", float: 2)
    }
    #expect(both == .linear(factor: 2))
    let off = try scaling {
      $0.add("llama.rope.scale_linear", float: 4)
      $0.add("llama.rope.scaling.type", "none")
    }
    #expect(off == RopeConfiguration.Scaling.none)
    let kindOnly = try scaling { $0.add("llama.rope.scaling.type", "linear") }
    #expect(kindOnly == RopeConfiguration.Scaling.none)
  }

  @Test func errorsNameTheFilesOwnKeys() {
    let cases: [([String: UInt32?], String)] = [
      (["attention.head_count_kv": 3], "llama.attention.head_count_kv"),
      (["block_count": 5000], "llama.block_count"), (["block_count": UInt32(Int32.max)], "llama.block_count"),
      (["attention.key_length": 7], "llama.attention.key_length"),
      (["attention.head_count": 2000, "attention.key_length": 8], "llama.attention.head_count"),
      (["context_length": 99_999_999], "llama.context_length"),
    ]
    for (change, key) in cases {
      let problem = failure { _ = try configuration(change) }
      #expect(problem?.contains("'\(key)'") == true, "\(problem ?? "was accepted")")
      for foreign in ["num_", "head_dim", "hidden_size", "max_position", "config.json"] {
        #expect(problem?.contains(foreign) == false, "\(problem ?? "")")
      }
    }
    let yarn = failure {
      _ = try configuration {
        $0.add("llama.rope.scaling.type", "yarn")
        $0.add("llama.rope.scaling.factor", float: -2)
      }
    }
    #expect(yarn?.contains("'llama.rope.scaling.factor'") == true, "\(yarn ?? "was accepted")")
    let theta = failure { _ = try configuration { $0.add("llama.rope.freq_base", float: -1) } }
    #expect(theta?.contains("'llama.rope.freq_base'") == true, "\(theta ?? "was accepted")")
  }

  @Test func otherArchitecturesAreRefusedByTheNamesThatTheFormatHas() throws {
    var bytes = GGUFBytes()
    bytes.add("general.architecture", "falcon")
    let file = try GGUFFile(path: folder.write(bytes.bytes, as: "f.gguf"))
    let problem = failure { _ = try file.configuration() }
    #expect(problem?.contains("'falcon'") == true && problem?.contains("general.architecture") == true)
    #expect(problem?.contains("gemma3, llama, phi3, qwen2, qwen3, smollm3") == true)
    #expect(problem?.contains("ForCausalLM") == false)
  }

  @Test func aGemmaFileMaySayWhichLayersSlide() throws {
    func windows(_ change: (inout GGUFBytes) -> Void) throws -> [Int?] {
      var bytes = GGUFBytes()
      bytes.add("general.architecture", "gemma3")
      let keys: [String: UInt32] = [
        "embedding_length": 32, "block_count": 4, "feed_forward_length": 64, "context_length": 128,
        "attention.head_count": 4, "attention.head_count_kv": 2, "vocab_size": 3,
      ]
      for (key, value) in keys { bytes.add("gemma3.\(key)", value) }
      bytes.add("gemma3.attention.layer_norm_rms_epsilon", float: 1e-6)
      change(&bytes)
      let file = try GGUFFile(path: folder.write(bytes.bytes, as: "g.gguf"))
      return try ModelConfiguration(file.configuration(), generation: nil).attention.map(\.window)
    }
    let (size, pattern) = ("gemma3.attention.sliding_window", "gemma3.attention.sliding_window_pattern")
    // Without a size there are no windows, and without a pattern five of six layers slide.
    #expect(try windows { _ in } == [nil, nil, nil, nil])
    #expect(try windows { $0.add(size, 9) } == [9, 9, 9, 9])
    let period = try windows {
      $0.add(size, 9)
      $0.add(pattern, 2)
    }
    #expect(period == [9, nil, 9, nil])
    func flags(_ values: [UInt8]) throws -> [Int?] {
      try windows {
        $0.add(size, 9)
        $0.add(
          pattern, type: 9, GGUFBytes.number(7 as UInt32) + GGUFBytes.number(UInt64(values.count)) + values)
      }
    }
    #expect(try flags([1, 0, 0, 1]) == [9, nil, nil, 9])
    #expect(failure { _ = try flags([1, 0]) }?.contains("'\(pattern)'") == true)
  }
}
