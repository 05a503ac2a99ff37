extension GGUFFile {
  /// The configuration as Hugging Face's `config.json` would have it, so that `ModelConfiguration` reads
  /// every format; errors about it name GGUF's own keys.
  /// - Throws: `CheckpointError` naming the key that is missing, impossible or not supported.
  func configuration() throws -> JSONObject {
    let architecture = try GGUFArchitecture(metadata)
    guard let name = architecture.huggingFaceName else {
      throw metadata.unsupported(
        "the architecture '\(ByteString(architecture.name))' (general.architecture)",
        supported: GGUFArchitecture.supported.joined(separator: ", "))
    }
    try checkNothingElse(architecture)
    let hidden = try architecture.size("embedding_length")
    // More are refused by who reads the configuration; lists of layers are not made as long as a file may
    // say.
    let layers = try architecture.size("block_count")
    let listed = min(layers, ModelConfiguration.largestLayerCount)
    let heads = try architecture.size("attention.head_count")
    let head = try headDimension(architecture, hidden: hidden, heads: heads)
    let vocabulary = try vocabularySize(architecture)
    var values: [ByteString: JSONValue] = [
      "architectures": .array([.string(ByteString(name))]),
      "hidden_size": .integer(hidden),
      "intermediate_size": .integer(try architecture.size("feed_forward_length")),
      "num_hidden_layers": .integer(layers),
      "num_attention_heads": .integer(heads),
      "num_key_value_heads": .integer(try architecture.size("attention.head_count_kv", default: heads)),
      "head_dim": .integer(head),
      "vocab_size": .integer(vocabulary),
      "max_position_embeddings": .integer(try architecture.size("context_length")),
      "tie_word_embeddings": .bool(tensors["output.weight"] == nil),
      "attention_bias": .bool(tensors["blk.0.attn_q.bias"] != nil),
      "mlp_bias": .bool(tensors["blk.0.ffn_up.bias"] != nil),
      "eos_token_id": .array(try endTokens(vocabulary: vocabulary).map { .integer($0) }),
    ]
    func copy(_ part: String, as key: ByteString) throws {
      if let number = try architecture.number(part) { values[key] = .number(number) }
    }
    guard architecture["attention.layer_norm_rms_epsilon"] != nil else {
      throw architecture.bad("attention.layer_norm_rms_epsilon", expected: "a positive number")
    }
    try copy("attention.layer_norm_rms_epsilon", as: "rms_norm_eps")
    // Where the key is missing, all architectures have the same.
    values["rope_theta"] = .number(try architecture.number("rope.freq_base") ?? 10_000)
    try copy("rope.freq_base_swa", as: "rope_local_base_freq")
    values["partial_rotary_factor"] = try rotaryShare(architecture, headDimension: head)
    if let rope = try ropeScaling(architecture) { values["rope_scaling"] = .object(rope) }
    if let window = try architecture.number("attention.sliding_window"), window > 0 {
      values["sliding_window"] = .number(window)
      values["layer_types"] = try slidingPattern(architecture, layers: listed)
    } else if architecture.name != "gemma2" {
      // Gemma 2 has one size whether the file says it or not; the others have no windows then.
      values["sliding_window"] = .null
      values["layer_types"] = .array(Array(repeating: .string("full_attention"), count: listed))
    }
    if architecture.isGemma {
      try copy("attn_logit_softcapping", as: "attn_logit_softcapping")
      try copy("final_logit_softcapping", as: "final_logit_softcapping")
      // No key says it: the largest model of each generation scales by its width's share.
      let isLargest =
        architecture.name == "gemma2" && layers == 46 || architecture.name == "gemma3" && layers == 62
      values["query_pre_attn_scalar"] = .integer(isLargest ? hidden / heads : head)
    }
    return JSONObject(file: metadata.file, values: values, names: architecture.jsonNames)
  }

  /// Keys that change what a decoder computes and that no supported family has.
  private func checkNothingElse(_ architecture: GGUFArchitecture) throws {
    for part in [
      "expert_count", "logit_scale", "residual_scale", "embedding_scale", "attention.scale",
      "attention.clamp_kqv",
      "attention.max_alibi_bias",
    ] {
      if let value = try architecture.number(part), value != 0 {
        throw metadata.unsupported("\(architecture.key(part)) \(value)", supported: "models without it")
      }
    }
  }

  private func headDimension(_ architecture: GGUFArchitecture, hidden: Int, heads: Int) throws -> Int {
    let length = try architecture.size("attention.key_length", default: max(1, hidden / heads))
    guard try architecture.size("attention.value_length", default: length) == length else {
      throw architecture.bad("attention.value_length", expected: "\(length) as attention.key_length")
    }
    return length
  }

  /// The embedding's rows: files with fewer tokens than rows exist, and so do some without the key.
  private func vocabularySize(_ architecture: GGUFArchitecture) throws -> Int {
    if let shape = tensors["token_embd.weight"]?.shape, shape.count == 2, shape[0] > 0 { return shape[0] }
    if architecture["vocab_size"] != nil { return try architecture.size("vocab_size") }
    let count = try metadata.strings("tokenizer.ggml.tokens").count
    guard count > 0 else { throw metadata.bad("tokenizer.ggml.tokens", expected: "at least one token") }
    return count
  }

  /// Which layers slide, where a file says it: for each, or by every how many-th does not.
  private func slidingPattern(_ architecture: GGUFArchitecture, layers: Int) throws -> JSONValue? {
    let key = "attention.sliding_window_pattern"
    guard architecture.isGemma, let value = architecture[key] else { return nil }
    let slides: [Bool]
    if case .bools(let each) = value {
      guard each.count == layers else {
        throw architecture.bad(key, expected: "one truth value for each layer")
      }
      slides = each
    } else {
      let period = try architecture.size(key)
      slides = (1...layers).map { $0 % period != 0 }
    }
    return .array(slides.map { .string($0 ? "sliding_attention" : "full_attention") })
  }

  private func rotaryShare(_ architecture: GGUFArchitecture, headDimension: Int) throws -> JSONValue {
    let rotated = try architecture.size("rope.dimension_count", default: headDimension)
    // Rows that turn together are neighbours in Llama's files, which leaves none that don't turn.
    let isWhole = architecture.pairsNeighbours
    guard isWhole ? rotated == headDimension : rotated <= headDimension else {
      throw architecture.bad(
        "rope.dimension_count",
        expected: "\(isWhole ? "" : "at most ")the head's dimension (\(headDimension))")
    }
    let share = Double(rotated) / Double(headDimension)
    // The product is cut to a whole number later, so it must not fall below the one meant.
    return .number(Int(Double(headDimension) * share) == rotated ? share : share.nextUp)
  }

  private func endTokens(vocabulary: Int) throws -> [Int] {
    let tokens = metadata["tokenizer.ggml.tokens"]?.strings ?? []
    let ends = ControlTexts.ids(tokens, special: try GGUFSpecialTokens(metadata)).ends
    return ends.filter { $0 < vocabulary }.sorted()
  }
}
