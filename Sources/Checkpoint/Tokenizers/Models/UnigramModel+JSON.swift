extension UnigramModel {
  /// Reads `model` of a `tokenizer.json`.
  init(_ model: JSONObject, vocabulary: TokenizerVocabulary) throws {
    guard let list = model["vocab"]?.array, !list.isEmpty else {
      throw model.bad("vocab", expected: "a list of tokens and scores")
    }
    // Each entry has been checked to be a pair with a number.
    scores = list.map { $0.array?.last?.double ?? 0 }
    unknown = try model.integer("unk_id", in: 0...list.count - 1)
    table = TokenTable(vocabulary.entries.filter { !$0.bytes.isEmpty }.reversed())
    let usesBytes = try model.flag("byte_fallback")
    byteIDs = usesBytes ? TokenModel.fallbackIDs(vocabulary.entries) : [Int?](repeating: nil, count: 256)
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
  }
}
