extension Tokenizer {
  /// Reads a GGUF file's `tokenizer.ggml.*`: byte-level byte pairs (`gpt2`) or SentencePiece's (`llama`).
  /// - Throws: `CheckpointError` naming what is missing, out of range or not supported.
  init(gguf metadata: GGUFMetadata) throws {
    let special = try GGUFSpecialTokens(metadata)
    let vocabulary = try TokenizerVocabulary(metadata, special: special)
    switch try metadata.string("tokenizer.ggml.model") {
    case "gpt2": try self.init(byteLevel: vocabulary, special, metadata)
    case "llama": try self.init(sentencePiece: vocabulary, special, metadata)
    case let kind:
      throw metadata.unsupported(
        "the tokenizer model '\(ByteString(kind))' (tokenizer.ggml.model)", supported: "gpt2, llama")
    }
  }

  private init(
    byteLevel vocabulary: TokenizerVocabulary, _ special: GGUFSpecialTokens, _ metadata: GGUFMetadata
  ) throws {
    let rules = try GGUFPreTokenizer.rules(metadata)
    let list = try metadata.strings("tokenizer.ggml.merges")
    var merges: [BytePairMerger.Pair: BytePairMerger.Merge] = [:]
    merges.reserveCapacity(list.count)
    for (rank, entry) in list.enumerated() {
      guard let parts = BytePairModel.parts(of: entry),
        let merge = BytePairModel.merge(parts, rank: rank, vocabulary)
      else {
        throw metadata.bad(
          "tokenizer.ggml.merges", expected: "a list of pairs of tokens that join to a third",
          found: "\(entry) as number \(rank)")
      }
      merges[merge.key] = merge.value
    }
    let model = BytePairModel(
      vocabulary, alphabet: .bytes, usesByteTokens: false, unknown: nil, fusesUnknown: false,
      ignoresMerges: rules.ignoresMerges, merges: merges)
    let steps = try rules.patterns.map { pattern in
      do {
        return PreTokenizer.Step.split(
          SplitStep(pattern: try RegexAutomaton(pattern: pattern), behavior: .isolated))
      } catch let failure as RegexParser.Failure {
        throw metadata.unsupported("\(failure.reason) in a regular expression", supported: "the known ones")
      }
    }
    self.init(
      vocabulary, normalizer: Normalizer(steps: rules.composes ? [.unicode(.nfc)] : []),
      preTokenizer: PreTokenizer(steps: steps), model: .bytePair(model),
      template: try Self.template(metadata, special, addsBegin: rules.addsBegin),
      decoder: TokenDecoder(
        vocabulary.spellings.map { ByteAlphabet.bytes(of: $0) ?? $0 }, byteTokens: [], leading: .nothing),
      namedTokens: [:])
  }

  private init(
    sentencePiece vocabulary: TokenizerVocabulary, _ special: GGUFSpecialTokens, _ metadata: GGUFMetadata
  ) throws {
    let model = BytePairModel(
      vocabulary, alphabet: .scalars, usesByteTokens: true, unknown: special.ids["unknown"],
      fusesUnknown: true,
      ignoresMerges: false, merges: try vocabulary.mergesByScore(metadata))
    let addsSpace = try metadata.flag("tokenizer.ggml.add_space_prefix", default: true)
    let spaces = try Self.automaton(" ", metadata)
    var byteTokens: Set<Int> = []
    let tokens = vocabulary.spellings.enumerated().map { id, spelling in
      guard let byte = TokenModel.fallbackByte(spelling) else {
        return ByteString.replacingSpaceMarks(spelling)
      }
      byteTokens.insert(id)
      return [byte]
    }
    self.init(
      vocabulary,
      normalizer: Normalizer(steps: (addsSpace ? [.prepend(["▁"])] : []) + [.replace(spaces, by: ["▁"])]),
      preTokenizer: PreTokenizer(steps: []), model: .bytePair(model),
      template: try Self.template(metadata, special, addsBegin: true),
      decoder: TokenDecoder(tokens, byteTokens: byteTokens, leading: addsSpace ? .spaces(1) : .nothing),
      namedTokens: [:])
  }

  private static func automaton(_ text: String, _ metadata: GGUFMetadata) throws -> RegexAutomaton {
    do { return try RegexAutomaton(.literal(text.unicodeScalars)) } catch let failure as RegexParser.Failure {
      throw metadata.unsupported(failure.reason, supported: "the known ones")
    }
  }

  /// What stands around a text: a token that the file has none for is left out, as in llama.cpp.
  private static func template(
    _ metadata: GGUFMetadata, _ special: GGUFSpecialTokens, addsBegin: Bool
  ) throws -> SpecialTokenTemplate {
    func token(_ name: String, default standard: Bool) throws -> [Int] {
      guard try metadata.flag("tokenizer.ggml.add_\(name)_token", default: standard) else { return [] }
      return special.ids[name].map { [$0] } ?? []
    }
    return SpecialTokenTemplate(
      prefix: try token("bos", default: addsBegin), suffix: try token("eos", default: false))
  }
}
