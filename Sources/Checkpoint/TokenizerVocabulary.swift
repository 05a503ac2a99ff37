/// The entries of a tokenizer's model, checked: ids, spellings, added tokens.
struct TokenizerVocabulary {
  /// More tokens than any known vocabulary, and few enough that a hostile id costs little memory.
  static let largestID = 4_194_303

  /// Ids by exact spelling.
  let ids: [ByteString: Int]
  /// Every entry, by ascending id.
  let entries: [(bytes: [UInt8], id: Int)]
  let added: [AddedTokens.Entry]
  /// One more than the largest id.
  let size: Int

  init(ids: [ByteString: Int], entries: [(bytes: [UInt8], id: Int)], added: [AddedTokens.Entry]) {
    self.ids = ids
    self.entries = entries
    self.added = added
    size = 1 + max(entries.last?.id ?? -1, added.map(\.id).max() ?? -1)
  }

  /// Reads `model.vocab`, of either kind of model, and `added_tokens` of a `tokenizer.json`.
  init(_ json: JSONObject, model: JSONObject) throws {
    let added = try json.objects("added_tokens").map { entry in
      AddedTokens.Entry(
        id: try entry.integer("id", in: 0...Self.largestID), content: try entry.bytes("content").bytes,
        isSpecial: try entry.flag("special"), stripsLeft: try entry.flag("lstrip"),
        stripsRight: try entry.flag("rstrip"), isWord: try entry.flag("single_word"),
        isNormalized: try entry.flag("normalized"))
    }
    if let list = model["vocab"]?.array {
      let entries = try list.indices.map { (try Self.piece(list[$0], $0, model).bytes, $0) }
      guard list.count <= Self.largestID else { throw model.bad("vocab", expected: "at most \(Self.largestID) tokens") }
      let ids = Dictionary(entries.map { (ByteString($0.0), $0.1) }, uniquingKeysWith: { first, _ in first })
      self.init(ids: ids, entries: entries, added: added)
    } else {
      let ids = try Self.ids(model)
      self.init(ids: ids, entries: ids.map { ($0.key.bytes, $0.value) }.sorted { $0.1 < $1.1 }, added: added)
    }
    guard size > 0 else { throw model.bad("vocab", expected: "at least one token") }
  }

  /// Token ids by their exact spelling, each id once.
  private static func ids(_ model: JSONObject) throws -> [ByteString: Int] {
    guard let entries = model["vocab"]?.object else {
      throw model.bad("vocab", expected: "an object of token ids")
    }
    var owners = Set<Int>(minimumCapacity: entries.count)
    return try Dictionary(
      uniqueKeysWithValues: entries.map { entry, value in
        guard let id = value.wholeNumber, (0...largestID).contains(id) else {
          throw model.bad(ByteString("vocab.\(entry)"), expected: "an id from 0 to \(largestID)", found: value)
        }
        guard owners.insert(id).inserted else {
          throw model.bad(ByteString("vocab.\(entry)"), expected: "an id that no other token has", found: value)
        }
        return (entry, id)
      })
  }

  /// One `["piece", score]` of a unigram model.
  private static func piece(_ value: JSONValue, _ index: Int, _ model: JSONObject) throws -> ByteString {
    guard let pair = value.array, pair.count == 2, let piece = pair[0].string, pair[1].double != nil else {
      throw model.bad(ByteString("vocab[\(index)]"), expected: "a token and its score", found: value)
    }
    return piece
  }

  /// Every token's spelling, by id; none for the special ones, which stand for no text.
  var spellings: [[UInt8]] {
    var result = [[UInt8]](repeating: [], count: size)
    for (bytes, id) in entries { result[id] = bytes }
    for entry in added { result[entry.id] = entry.isSpecial ? [] : entry.content }
    return result
  }
}
