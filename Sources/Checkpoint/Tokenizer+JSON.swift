extension Tokenizer {
  /// Reads a `tokenizer.json`.
  /// - Throws: `CheckpointError` naming what is missing, out of range or not supported.
  public init(path: String) throws {
    let json = try JSONObject(path: path)
    let model = try json.object("model")
    try Self.checkModel(model)
    let vocabulary = try Self.vocabulary(model)
    let added = try Self.addedTokens(json)
    let isByteLevel = json.has("pre_tokenizer")
    let size = 1 + max(vocabulary.values.max() ?? -1, added.map(\.id).max() ?? -1)
    guard size > 0 else { throw model.bad("vocab", expected: "an object with at least one token") }

    let usesBytes = try isByteLevel || model.flag("byte_fallback")
    var tokenBytes = [[UInt8]](repeating: [], count: size)
    var ids: [ByteString: Int] = [:]
    ids.reserveCapacity(vocabulary.count)
    var byteIDs = [Int?](repeating: nil, count: 256)
    for (entry, id) in vocabulary {
      if isByteLevel {
        guard let bytes = ByteAlphabet.bytes(of: entry.text) else {
          tokenBytes[id] = entry.bytes
          continue
        }
        tokenBytes[id] = bytes
        ids[ByteString(bytes)] = id
        if bytes.count == 1 { byteIDs[Int(bytes[0])] = id }
      } else if let byte = Self.fallbackByte(entry.bytes) {
        tokenBytes[id] = [byte]
        if usesBytes { byteIDs[Int(byte)] = id }
      } else {
        tokenBytes[id] = Self.replacingSpaceMarks(entry.bytes)
        ids[entry] = id
      }
    }
    for entry in added { tokenBytes[entry.id] = entry.isSpecial ? [] : entry.content }
    vocabularySize = size
    self.tokenBytes = tokenBytes
    self.ids = ids
    self.byteIDs = byteIDs
    addedTokens = AddedTokens(
      added.map { ($0.content, $0.id) }, special: Set(added.filter(\.isSpecial).map(\.id)))
    unknown = try Self.unknown(model, vocabulary: vocabulary)
    fusesUnknown = try model.flag("fuse_unk")
    ignoresMerges = try model.flag("ignore_merges")
    merger = BytePairMerger(merges: try Self.merges(model, vocabulary: vocabulary))
    if isByteLevel {
      try Self.checkNoNormalizer(json)
      style = .byteLevel(try PreTokenizer(json.object("pre_tokenizer")))
    } else {
      style = .sentencePiece(prependsSpace: try Self.prependsSpace(json))
      guard !ignoresMerges else {
        throw model.unsupported(
          "ignore_merges in a tokenizer without pre_tokenizer", supported: "ignore_merges false")
      }
    }
    if let byte = byteIDs.firstIndex(of: nil), isByteLevel || unknown == nil {
      throw model.bad(
        "vocab",
        expected: "a vocabulary with a token for each of the 256 bytes"
          + (isByteLevel ? "" : " and byte_fallback, or with an unk_token"),
        found: "without one for byte \(byte)")
    }
    prefix = try Self.prefix(json, vocabularySize: size)
  }

  /// `<0x0A>` and its like: the tokens of single bytes.
  private static func fallbackByte(_ entry: [UInt8]) -> UInt8? {
    guard entry.count == 6, entry.starts(with: "<0x".utf8), entry[5] == UInt8(ascii: ">") else {
      return nil
    }
    let digits = entry[3..<5].compactMap { "0123456789ABCDEF".utf8.map { $0 }.firstIndex(of: $0) }
    return digits.count == 2 ? UInt8(digits[0] << 4 | digits[1]) : nil
  }

  /// A SentencePiece entry's text: `▁` is a space.
  private static func replacingSpaceMarks(_ entry: [UInt8]) -> [UInt8] {
    let mark = Array("▁".utf8)
    var result: [UInt8] = []
    var index = 0
    while index < entry.count {
      let isMark = entry[index...].starts(with: mark)
      result.append(isMark ? 0x20 : entry[index])
      index += isMark ? mark.count : 1
    }
    return result
  }

  /// The token of what has no other.
  private static func unknown(_ model: JSONObject, vocabulary: [ByteString: Int]) throws -> Int? {
    guard model.has("unk_token") else { return nil }
    guard let id = vocabulary[try model.bytes("unk_token")] else {
      throw model.bad("unk_token", expected: "a token of the vocabulary")
    }
    return id
  }

  /// Merges stand as `"a b"` or as `["a", "b"]`; of equal ones the last counts, as in `tokenizers`.
  private static func merges(
    _ model: JSONObject, vocabulary: [ByteString: Int]
  ) throws -> [BytePairMerger.Pair: BytePairMerger.Merge] {
    guard let list = model["merges"]?.array else {
      throw model.bad("merges", expected: "a list of pairs")
    }
    var merges: [BytePairMerger.Pair: BytePairMerger.Merge] = [:]
    merges.reserveCapacity(list.count)
    for (rank, entry) in list.enumerated() {
      guard let (first, second) = parts(of: entry), let left = vocabulary[ByteString(first)],
        let right = vocabulary[ByteString(second)],
        let result = vocabulary[ByteString(first + second)]
      else {
        throw model.bad(
          ByteString("merges[\(rank)]"),
          expected: "two tokens of the vocabulary that join to a third", found: entry)
      }
      merges[.init(left: left, right: right)] = .init(rank: rank, result: result)
    }
    return merges
  }

  private static func parts(of merge: JSONValue) -> ([UInt8], [UInt8])? {
    if let bytes = merge.string?.bytes, let space = bytes.firstIndex(of: 0x20) {
      return (Array(bytes[..<space]), Array(bytes[(space + 1)...]))
    }
    guard let list = merge.array, list.count == 2, let left = list[0].string,
      let right = list[1].string
    else { return nil }
    return (left.bytes, right.bytes)
  }
}
