extension Tokenizer {
  /// Reads a `tokenizer.json`.
  /// - Throws: `CheckpointError` naming what is missing, out of range or not supported.
  public init(path: String) throws { try self.init(json: JSONObject(path: path)) }

  /// What a `tokenizer.json` says, from wherever it comes.
  /// - Parameter beside: what other files of the folder say about tokens.
  init(json: JSONObject, beside: FolderTokens? = nil) throws {
    let model = try json.object("model")
    let vocabulary = try TokenizerVocabulary(json, model: model, beside: beside)
    let (preTokenizer, isByteLevel) = try PreTokenizer.read(json)
    let normalizer = try Normalizer(json)
    var template = try SpecialTokenTemplate(json, vocabularySize: vocabulary.size)
    template.add(begin: vocabulary.addedID(beside?.around.begin), end: vocabulary.addedID(beside?.around.end))
    self.init(
      vocabulary, normalizer: normalizer, preTokenizer: preTokenizer,
      model: try Self.model(model, vocabulary, isByteLevel: isByteLevel),
      template: template,
      decoder: try TokenDecoder(json, entries: vocabulary.spellings, isByteLevel: isByteLevel),
      namedTokens: beside?.texts ?? [:])
  }

  private static func model(
    _ model: JSONObject, _ vocabulary: TokenizerVocabulary, isByteLevel: Bool
  ) throws -> TokenModel {
    // Older files do not say the kind: a list of scores is a unigram model's.
    let standard = model["vocab"]?.array == nil ? "BPE" : "Unigram"
    let kind = model.has("type") ? try model.string("type") : standard
    switch kind {
    case "BPE":
      guard model["vocab"]?.object != nil else {
        throw model.bad("vocab", expected: "an object of token ids")
      }
      return .bytePair(try BytePairModel(model, vocabulary: vocabulary, isByteLevel: isByteLevel))
    case "Unigram":
      guard !isByteLevel else {
        throw model.unsupported(
          "a Unigram model behind a ByteLevel pre-tokenizer", supported: "a Unigram model behind Metaspace")
      }
      return .unigram(try UnigramModel(model, vocabulary: vocabulary))
    default: throw model.unsupported("the tokenizer model \(ByteString(kind))", supported: "BPE, Unigram")
    }
  }
}
