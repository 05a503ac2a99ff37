import Foundation

extension Tokenizer {
  /// Reads a `tokenizer.json`.
  /// - Throws: `CheckpointError` naming what is missing, out of range or not supported.
  public init(path: String) throws {
    let json = try JSONObject(path: path)
    let model = try json.object("model")
    let kind = model.has("type") ? try model.string("type") : "BPE"
    guard kind == "BPE" else {
      throw CheckpointError.unsupported(file: path, what: "the tokenizer model \(kind)", supported: "BPE")
    }
    guard let vocabulary = model.values["vocab"] as? [String: Int] else {
      throw model.bad("vocab", expected: "an object of token ids")
    }
    let isByteLevel = json.has("pre_tokenizer")
    let added = try json.objects("added_tokens").map { entry in
      (
        content: try entry.string("content"),
        id: try entry.integer("id", in: 0...16_777_215), isSpecial: try entry.flag("special")
      )
    }
    let size = 1 + max(vocabulary.values.max() ?? -1, added.map(\.id).max() ?? -1)
    guard size > 0, size <= 16_777_216, vocabulary.values.allSatisfy({ $0 >= 0 }) else {
      throw model.bad("vocab", expected: "ids from 0 to 16777215")
    }

    var tokenBytes = [[UInt8]](repeating: [], count: size)
    var ids: [[UInt8]: Int] = [:]
    var byteIDs = [Int?](repeating: nil, count: 256)
    for (entry, id) in vocabulary {
      if isByteLevel {
        guard let bytes = ByteAlphabet.bytes(of: entry) else {
          tokenBytes[id] = Array(entry.utf8)
          continue
        }
        tokenBytes[id] = bytes
        if bytes.count == 1 { byteIDs[Int(bytes[0])] = id }
      } else if let byte = Self.fallbackByte(entry) {
        tokenBytes[id] = [byte]
        byteIDs[Int(byte)] = id
      } else {
        tokenBytes[id] = Array(entry.replacingOccurrences(of: "▁", with: " ").utf8)
        ids[Array(entry.utf8)] = id
      }
    }
    for entry in added { tokenBytes[entry.id] = entry.isSpecial ? [] : Array(entry.content.utf8) }
    vocabularySize = size
    self.tokenBytes = tokenBytes
    self.ids = ids
    self.byteIDs = byteIDs
    addedTokens = AddedTokens(
      added.map { (Array($0.content.utf8), $0.id) },
      special: Set(added.filter(\.isSpecial).map(\.id)))
    unknown = model.has("unk_token") ? vocabulary[try model.string("unk_token")] : nil
    merger = BytePairMerger(merges: try Self.merges(model, vocabulary: vocabulary))
    style =
      isByteLevel
      ? .byteLevel(try PreTokenizer(json.object("pre_tokenizer")))
      : .sentencePiece(prependsSpace: try Self.prependsSpace(json))
    prefix = try Self.prefix(json)
  }

  /// `<0x0A>` and its like: the tokens of single bytes.
  private static func fallbackByte(_ entry: String) -> UInt8? {
    guard entry.count == 6, entry.hasPrefix("<0x"), entry.hasSuffix(">") else { return nil }
    return UInt8(entry.dropFirst(3).dropLast(), radix: 16)
  }

  /// Merges stand as `"a b"` or as `["a", "b"]`.
  private static func merges(
    _ model: JSONObject, vocabulary: [String: Int]
  ) throws -> [BytePairMerger.Pair: BytePairMerger.Merge] {
    guard let list = model.values["merges"] as? [Any] else {
      throw model.bad("merges", expected: "a list of pairs")
    }
    var merges: [BytePairMerger.Pair: BytePairMerger.Merge] = [:]
    merges.reserveCapacity(list.count)
    for (rank, entry) in list.enumerated() {
      let parts =
        (entry as? [String])
        ?? (entry as? String)?.split(separator: " ", maxSplits: 1).map(String.init) ?? []
      guard parts.count == 2, let left = vocabulary[parts[0]], let right = vocabulary[parts[1]],
        let result = vocabulary[parts[0] + parts[1]]
      else {
        throw CheckpointError.badValue(
          file: model.file, key: "model.merges[\(rank)]",
          expected: "two tokens of the vocabulary that join to a third",
          found: String(String(describing: entry).prefix(80)))
      }
      let pair = BytePairMerger.Pair(left: left, right: right)
      if merges[pair] == nil { merges[pair] = .init(rank: rank, result: result) }
    }
    return merges
  }

  private static func prependsSpace(_ json: JSONObject) throws -> Bool {
    guard json.has("normalizer") else { return false }
    let normalizer = try json.object("normalizer")
    let parts =
      try normalizer.string("type") == "Sequence"
      ? try normalizer.objects("normalizers") : [normalizer]
    return try parts.contains { try $0.string("type") == "Prepend" }
  }

  /// The special tokens that a template puts before a text.
  private static func prefix(_ json: JSONObject) throws -> [Int] {
    guard json.has("post_processor") else { return [] }
    let processor = try json.object("post_processor")
    let parts =
      try processor.string("type") == "Sequence"
      ? try processor.objects("processors") : [processor]
    var prefix: [Int] = []
    for part in parts where try part.string("type") == "TemplateProcessing" {
      for piece in try part.objects("single") {
        guard piece.has("SpecialToken") else { break }
        let name = try piece.object("SpecialToken").string("id")
        let special = try part.object("special_tokens").object(name)
        guard let ids = special.values["ids"] as? [Int] else {
          throw special.bad("ids", expected: "a list of token ids")
        }
        prefix += ids
      }
    }
    return prefix
  }
}
