/// The parts of a `tokenizer.json` of which only some forms are supported: every other form is an error
/// that names it, because tokens that differ from the training's make a model worse in silence.
extension Tokenizer {
  /// More tokens than any known vocabulary, and few enough that a hostile id costs little memory.
  private static let largestID = 4_194_303

  /// An entry of `added_tokens`.
  struct AddedEntry {
    let content: [UInt8]
    let id: Int
    let isSpecial: Bool
  }

  static func checkModel(_ model: JSONObject) throws {
    let kind = model.has("type") ? try model.bytes("type") : "BPE"
    guard kind == "BPE" else {
      throw model.unsupported("the tokenizer model \(kind)", supported: "BPE")
    }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"]
    where try model.has(key) && !model.string(key).isEmpty {
      throw model.bad(key, expected: "empty: marks on parts of words are not supported")
    }
    if model.has("dropout"), model["dropout"]?.double != 0 {
      throw model.bad("dropout", expected: "null: random merges are not supported")
    }
  }

  /// Token ids by their exact spelling, each id once.
  static func vocabulary(_ model: JSONObject) throws -> [ByteString: Int] {
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

  static func addedTokens(_ json: JSONObject) throws -> [AddedEntry] {
    try json.objects("added_tokens").map { entry in
      for key in ["lstrip", "rstrip", "single_word"] where try entry.flag(key) {
        throw entry.bad(key, expected: "false: it is not supported")
      }
      return AddedEntry(
        content: try entry.bytes("content").bytes, id: try entry.integer("id", in: 0...largestID),
        isSpecial: try entry.flag("special"))
    }
  }

  static func checkNoNormalizer(_ json: JSONObject) throws {
    guard json.has("normalizer") else { return }
    for part in try json.object("normalizer").parts("normalizers") {
      throw json.unsupported(
        "the normalizer \(try part.bytes("type")) before a byte-level pre-tokenizer",
        supported: "none there")
    }
  }

  /// Checks a SentencePiece-style normalizer, which writes spaces as `▁`: whether it puts one before a
  /// text, too.
  static func prependsSpace(_ json: JSONObject) throws -> Bool {
    let supported = "Prepend of '▁' and Replace of ' ' by '▁', or a Sequence of them"
    let parts =
      json.has("normalizer") ? try json.object("normalizer").parts("normalizers") : []
    var prepends = false
    var replaces = false
    for part in parts {
      let type = try part.bytes("type")
      switch type {
      case "Prepend":
        guard !prepends, try part.bytes("prepend") == "▁" else {
          throw part.bad("prepend", expected: "'▁', once")
        }
        prepends = true
      case "Replace":
        guard try part.object("pattern")["String"]?.string == " ", try part.bytes("content") == "▁"
        else {
          throw json.unsupported("this normalizer of type Replace", supported: supported)
        }
        replaces = true
      default:
        throw json.unsupported("the normalizer \(type)", supported: supported)
      }
    }
    guard replaces else {
      throw json.unsupported(
        "a tokenizer with neither a pre_tokenizer nor a normalizer that writes spaces as '▁'",
        supported: supported)
    }
    return prepends
  }

  /// The special tokens that a template puts before a text.
  static func prefix(_ json: JSONObject, vocabularySize: Int) throws -> [Int] {
    guard json.has("post_processor") else { return [] }
    var prefix: [Int] = []
    for part in try json.object("post_processor").parts("processors") {
      let type = try part.bytes("type")
      if type == "ByteLevel" { continue }
      guard type == "TemplateProcessing" else {
        throw json.unsupported(
          "the post-processor \(type)", supported: "TemplateProcessing, ByteLevel, Sequence")
      }
      for piece in try part.objects("single") {
        guard piece.has("SpecialToken") else { break }
        let name = try piece.object("SpecialToken").bytes("id")
        let special = try part.object("special_tokens").object(name)
        guard let ids = special["ids"]?.wholeNumbers,
          ids.allSatisfy((0..<vocabularySize).contains)
        else {
          throw special.bad("ids", expected: "a list of token ids from 0 to \(vocabularySize - 1)")
        }
        prefix += ids
      }
    }
    return prefix
  }
}
