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
  /// What was ignored, in sentences for a person.
  let notices: [String]

  init(
    ids: [ByteString: Int], entries: [(bytes: [UInt8], id: Int)], added: [AddedTokens.Entry],
    notices: [String] = []
  ) {
    self.notices = notices
    self.ids = ids
    self.entries = entries
    self.added = added
    size = 1 + max(entries.last?.id ?? -1, added.map(\.id).max() ?? -1)
  }

  /// Reads `model.vocab`, of either kind of model, and `added_tokens` of a `tokenizer.json`.
  /// - Parameter beside: tokens that other files of the folder add.
  init(_ json: JSONObject, model: JSONObject, beside: FolderTokens? = nil) throws {
    let listed = try json.objects("added_tokens").map { entry in
      try AddedTokens.Entry(
        entry, id: entry.integer("id", in: 0...Self.largestID), isSpecial: entry.flag("special"))
    }
    let ids: [ByteString: Int]
    let entries: [(bytes: [UInt8], id: Int)]
    if let list = model["vocab"]?.array {
      entries = try list.indices.map { (try Self.piece(list[$0], $0, model).bytes, $0) }
      guard list.count <= Self.largestID else {
        throw model.bad("vocab", expected: "at most \(Self.largestID) tokens")
      }
      ids = Dictionary(entries.map { (ByteString($0.bytes), $0.id) }, uniquingKeysWith: { first, _ in first })
    } else {
      ids = try Self.ids(model)
      entries = ids.map { ($0.key.bytes, $0.value) }.sorted { $0.1 < $1.1 }
    }
    var added = AddedVocabulary(ids, count: entries.count)
    for entry in listed { added.add(entry) }
    for entry in beside?.added(beside: listed) ?? [] { added.add(entry) }
    let moved = listed.filter { entry in added.id(of: entry.content) != entry.id && !entry.content.isEmpty }
    self.init(
      ids: ids, entries: entries, added: added.entries,
      notices: (beside?.notices ?? [])
        + (moved.first.map { first in
          [
            "\(json.file): \(moved.count) of the added tokens have other ids than the file says, as tokenizers counts them: "
              + "\(ByteString(first.content)) is \(added.id(of: first.content) ?? 0), not \(first.id)"
          ]
        } ?? []))
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
          throw model.bad(
            ByteString("vocab.\(entry)"), expected: "an id from 0 to \(largestID)", found: value)
        }
        guard owners.insert(id).inserted else {
          throw model.bad(
            ByteString("vocab.\(entry)"), expected: "an id that no other token has", found: value)
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

  /// The id of an added token.
  func addedID(_ content: [UInt8]?) -> Int? { added.first { $0.content == content }?.id }

  /// Every token's spelling, by id; none for the special ones, which stand for no text.
  var spellings: [[UInt8]] {
    var result = [[UInt8]](repeating: [], count: size)
    for (bytes, id) in entries { result[id] = bytes }
    for entry in added { result[entry.id] = entry.isSpecial ? [] : entry.content }
    return result
  }
}
