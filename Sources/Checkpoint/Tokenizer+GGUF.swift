extension Tokenizer {
  /// Reads a GGUF file's `tokenizer.ggml.*`: byte-level byte pairs (`gpt2`) or SentencePiece's (`llama`).
  /// - Throws: `CheckpointError` naming what is missing, out of range or not supported.
  init(gguf metadata: GGUFMetadata) throws {
    let vocabulary = try TokenizerVocabulary(metadata)
    switch try metadata.string("tokenizer.ggml.model") {
    case "gpt2": try self.init(byteLevel: vocabulary, metadata)
    case "llama": try self.init(sentencePiece: vocabulary, metadata)
    case let kind:
      throw metadata.unsupported("the tokenizer model '\(ByteString(kind))' (tokenizer.ggml.model)", supported: "gpt2, llama")
    }
  }

  private init(byteLevel vocabulary: TokenizerVocabulary, _ metadata: GGUFMetadata) throws {
    let rules = try GGUFPreTokenizer.rules(metadata)
    let list = try metadata.strings("tokenizer.ggml.merges")
    var merges: [BytePairMerger.Pair: BytePairMerger.Merge] = [:]
    merges.reserveCapacity(list.count)
    for (rank, entry) in list.enumerated() {
      guard let parts = BytePairModel.parts(of: entry), let merge = BytePairModel.merge(parts, rank: rank, vocabulary) else {
        throw metadata.bad(
          "tokenizer.ggml.merges", expected: "a list of pairs of tokens that join to a third",
          found: "\(entry) as number \(rank)")
      }
      merges[merge.key] = merge.value
    }
    let model = BytePairModel(
      vocabulary, alphabet: .bytes, usesByteTokens: false, unknown: nil, fusesUnknown: false,
      ignoresMerges: rules.ignoresMerges, merges: merges)
    if let byte = model.missingByte {
      throw metadata.bad(
        "tokenizer.ggml.tokens", expected: "a token for each byte of UTF-8", found: "without one for byte \(byte)")
    }
    let steps = try rules.patterns.map { pattern in
      do {
        return PreTokenizer.Step.split(SplitStep(pattern: try RegexAutomaton(pattern: pattern), behavior: .isolated))
      } catch let failure as RegexParser.Failure {
        throw metadata.unsupported("\(failure.reason) in a regular expression", supported: "the known ones")
      }
    }
    self.init(
      vocabulary, normalizer: Normalizer(steps: rules.composes ? [.unicode(.nfc)] : []),
      preTokenizer: PreTokenizer(steps: steps), model: .bytePair(model),
      template: try Self.template(metadata, vocabulary, addsBegin: rules.addsBegin),
      decoder: TokenDecoder(
        vocabulary.spellings.map { ByteAlphabet.bytes(of: $0) ?? $0 }, byteTokens: [], leading: .nothing))
  }

  private init(sentencePiece vocabulary: TokenizerVocabulary, _ metadata: GGUFMetadata) throws {
    let unknown = try Self.id("unknown", metadata, vocabulary)
    let model = BytePairModel(
      vocabulary, alphabet: .scalars, usesByteTokens: true, unknown: unknown, fusesUnknown: true,
      ignoresMerges: false, merges: try vocabulary.mergesByScore(metadata))
    if let byte = model.missingByte {
      throw metadata.bad(
        "tokenizer.ggml.tokens", expected: "a token for each byte of UTF-8, or tokenizer.ggml.unknown_token_id",
        found: "without one for byte \(byte)")
    }
    let addsSpace = try metadata.flag("tokenizer.ggml.add_space_prefix", default: true)
    let spaces = try Self.automaton(" ", metadata)
    var byteTokens: Set<Int> = []
    let tokens = vocabulary.spellings.enumerated().map { id, spelling in
      guard let byte = TokenModel.fallbackByte(spelling) else { return ByteString.replacingSpaceMarks(spelling) }
      byteTokens.insert(id)
      return [byte]
    }
    self.init(
      vocabulary, normalizer: Normalizer(steps: (addsSpace ? [.prepend(["▁"])] : []) + [.replace(spaces, by: ["▁"])]),
      preTokenizer: PreTokenizer(steps: []), model: .bytePair(model),
      template: try Self.template(metadata, vocabulary, addsBegin: true),
      decoder: TokenDecoder(tokens, byteTokens: byteTokens, leading: addsSpace ? .spaces(1) : .nothing))
  }

  private static func automaton(_ text: String, _ metadata: GGUFMetadata) throws -> RegexAutomaton {
    do { return try RegexAutomaton(.literal(text.unicodeScalars)) } catch let failure as RegexParser.Failure {
      throw metadata.unsupported(failure.reason, supported: "the known ones")
    }
  }

  private static func id(_ name: String, _ metadata: GGUFMetadata, _ vocabulary: TokenizerVocabulary) throws -> Int? {
    let key = "tokenizer.ggml.\(name)_token_id"
    return metadata.has(key) ? try metadata.integer(key, in: 0...vocabulary.size - 1) : nil
  }

  private static func template(
    _ metadata: GGUFMetadata, _ vocabulary: TokenizerVocabulary, addsBegin: Bool
  ) throws -> SpecialTokenTemplate {
    func token(_ name: String, default standard: Bool) throws -> [Int] {
      let key = "tokenizer.ggml.add_\(name)_token"
      guard try metadata.flag(key, default: standard) else { return [] }
      if let id = try id(name, metadata, vocabulary) { return [id] }
      guard metadata.has(key) else { return [] }
      throw metadata.bad("tokenizer.ggml.\(name)_token_id", expected: "a token's id, as \(key) is true")
    }
    return SpecialTokenTemplate(
      prefix: try token("bos", default: addsBegin), suffix: try token("eos", default: false))
  }
}
