/// Added tokens in the order in which they are added, with the ids that Hugging Face's `tokenizers` gives
/// them: a token that is there already keeps its id, every other one gets the next, whatever a file says.
struct AddedVocabulary {
  /// The tokens, each content once.
  private(set) var entries: [AddedTokens.Entry] = []

  private let modelIDs: [ByteString: Int]
  private let modelCount: Int
  private var places: [ByteString: Int] = [:]
  private var nextID: Int

  /// - Parameters:
  ///   - modelIDs: the model's own tokens.
  ///   - count: how many these are, which need not be one more than the largest id.
  init(_ modelIDs: [ByteString: Int], count: Int) {
    self.modelIDs = modelIDs
    (modelCount, nextID) = (count, count)
  }

  /// The id of a token, the model's own among them.
  func id(of content: [UInt8]) -> Int? {
    let key = ByteString(content)
    return places[key].map { entries[$0].id } ?? modelIDs[key]
  }

  /// Adds a token, whose own id counts for nothing, or changes how one that was added before is looked for.
  mutating func add(_ token: AddedTokens.Entry) {
    guard !token.content.isEmpty else { return }
    var token = token
    let key = ByteString(token.content)
    if let place = places[key] {
      let earlier = entries[place]
      token.id = earlier.id
      // What was special stays it, and is looked for as it was.
      token.isNormalized = earlier.isNormalized && (earlier.isSpecial || token.isNormalized)
      token.isSpecial = earlier.isSpecial || token.isSpecial
      entries[place] = token
      return
    }
    token.id = modelIDs[key] ?? nextID
    if token.id >= modelCount { nextID = max(nextID, token.id + 1) }
    places[key] = entries.count
    entries.append(token)
  }
}

extension AddedTokens.Entry {
  /// A token as `tokenizer.json` and `tokenizer_config.json` describe it.
  init(_ json: JSONObject, id: Int, isSpecial: Bool, isNormalized: Bool = false) throws {
    self.init(
      id: id, content: try json.bytes("content").bytes, isSpecial: isSpecial,
      stripsLeft: try json.flag("lstrip"),
      stripsRight: try json.flag("rstrip"), isWord: try json.flag("single_word"),
      isNormalized: try json.flag("normalized", default: isNormalized))
  }
}
