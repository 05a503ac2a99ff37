extension BytePairModel {
  /// Puts a model together; checks nothing.
  init(
    _ vocabulary: TokenizerVocabulary, alphabet: Alphabet, usesByteTokens: Bool, unknown: Int?,
    fusesUnknown: Bool, ignoresMerges: Bool, merges: [BytePairMerger.Pair: BytePairMerger.Merge]
  ) {
    self.alphabet = alphabet
    let none = [Int?](repeating: nil, count: 256)
    fallbackIDs = usesByteTokens ? TokenModel.fallbackIDs(vocabulary.entries) : none
    switch alphabet {
    case .bytes:
      let decoded = vocabulary.entries.compactMap { entry in
        ByteAlphabet.bytes(of: entry.bytes).map { (bytes: $0, id: entry.id) }
      }
      table = TokenTable(decoded)
      byteIDs = decoded.reduce(into: none) { result, entry in
        if entry.bytes.count == 1 { result[Int(entry.bytes[0])] = entry.id }
      }
      cutsWords = false
    case .scalars:
      table = TokenTable(vocabulary.entries)
      byteIDs = none
      cutsWords = vocabulary.ids["▁"] != nil && Self.keepsWordsApart(vocabulary.entries.lazy.map(\.bytes))
    }
    self.unknown = unknown
    self.fusesUnknown = fusesUnknown
    self.ignoresMerges = ignoresMerges
    merger = BytePairMerger(merges: merges)
  }

  /// Reads `model` of a `tokenizer.json`.
  init(_ model: JSONObject, vocabulary: TokenizerVocabulary, isByteLevel: Bool) throws {
    for key in ["continuing_subword_prefix", "end_of_word_suffix"]
    where try model.has(key) && !model.string(key).isEmpty {
      throw model.bad(key, expected: "empty: marks on parts of words are not supported")
    }
    if model.has("dropout"), model["dropout"]?.double != 0 {
      throw model.bad("dropout", expected: "null: random merges are not supported")
    }
    self.init(
      vocabulary, alphabet: isByteLevel ? .bytes : .scalars, usesByteTokens: try model.flag("byte_fallback"),
      unknown: try Self.unknown(model, vocabulary), fusesUnknown: try model.flag("fuse_unk"),
      ignoresMerges: try model.flag("ignore_merges"), merges: try Self.merges(model, vocabulary))
  }

  /// The token of what has no other.
  private static func unknown(_ model: JSONObject, _ vocabulary: TokenizerVocabulary) throws -> Int? {
    guard model.has("unk_token") else { return nil }
    guard let id = vocabulary.ids[try model.bytes("unk_token")] else {
      throw model.bad("unk_token", expected: "a token of the vocabulary")
    }
    return id
  }

  /// Merges stand as `"a b"` or as `["a", "b"]`; of equal ones the last counts, as in `tokenizers`.
  private static func merges(
    _ model: JSONObject, _ vocabulary: TokenizerVocabulary
  ) throws -> [BytePairMerger.Pair: BytePairMerger.Merge] {
    guard let list = model["merges"]?.array else { throw model.bad("merges", expected: "a list of pairs") }
    var merges: [BytePairMerger.Pair: BytePairMerger.Merge] = [:]
    merges.reserveCapacity(list.count)
    for (rank, entry) in list.enumerated() {
      guard let parts = parts(of: entry), let pair = merge(parts, rank: rank, vocabulary) else {
        throw model.bad(
          ByteString("merges[\(rank)]"), expected: "two tokens of the vocabulary that join to a third",
          found: entry)
      }
      merges[pair.key] = pair.value
    }
    return merges
  }

  /// A merge of two spellings; `nil` when they or what they join to are no tokens.
  static func merge(
    _ parts: (left: [UInt8], right: [UInt8]), rank: Int, _ vocabulary: TokenizerVocabulary
  ) -> (key: BytePairMerger.Pair, value: BytePairMerger.Merge)? {
    guard let left = vocabulary.ids[ByteString(parts.left)],
      let right = vocabulary.ids[ByteString(parts.right)],
      let result = vocabulary.ids[ByteString(parts.left + parts.right)]
    else { return nil }
    return (.init(left: left, right: right), .init(rank: rank, result: result))
  }

  /// The two sides of `"a b"`; `nil` without a space.
  static func parts(of merge: ByteString) -> (left: [UInt8], right: [UInt8])? {
    guard let space = merge.bytes.firstIndex(of: 0x20) else { return nil }
    return (Array(merge.bytes[..<space]), Array(merge.bytes[(space + 1)...]))
  }

  private static func parts(of merge: JSONValue) -> (left: [UInt8], right: [UInt8])? {
    if let text = merge.string { return parts(of: text) }
    guard let list = merge.array, list.count == 2, let left = list[0].string, let right = list[1].string
    else {
      return nil
    }
    return (left.bytes, right.bytes)
  }
}
