/// The special tokens that a model expects around a text.
struct SpecialTokenTemplate: Sendable, Hashable {
  /// Put before every text.
  var prefix: [Int] = []
  /// Put after every text.
  var suffix: [Int] = []

  private static let supported =
    "TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel, and Sequences of them"

  init(prefix: [Int] = [], suffix: [Int] = []) {
    self.prefix = prefix
    self.suffix = suffix
  }

  /// Reads `post_processor` of a `tokenizer.json`, as it is for a single text.
  init(_ json: JSONObject, vocabularySize: Int) throws {
    guard json.has("post_processor") else { return }
    // Each processor puts its tokens around those of the ones before it.
    for part in try json.object("post_processor").parts("processors") {
      switch try part.string("type") {
      case "ByteLevel": break
      case "TemplateProcessing": try addTemplate(part, vocabularySize: vocabularySize)
      case "BertProcessing", "RobertaProcessing":
        prefix = [try Self.token(part, "cls", vocabularySize)] + prefix
        suffix.append(try Self.token(part, "sep", vocabularySize))
      default:
        throw part.unsupported("the post-processor \(try part.bytes("type"))", supported: Self.supported)
      }
    }
  }

  /// Puts tokens around those that stand around a text already.
  mutating func add(begin: Int?, end: Int?) {
    prefix = (begin.map { [$0] } ?? []) + prefix
    suffix += end.map { [$0] } ?? []
  }

  private static func token(_ part: JSONObject, _ key: String, _ vocabularySize: Int) throws -> Int {
    guard let pair = part[key]?.array, pair.count == 2, let id = pair[1].wholeNumber,
      (0..<vocabularySize).contains(id)
    else { throw part.bad(key, expected: "a token and its id from 0 to \(vocabularySize - 1)") }
    return id
  }

  private mutating func addTemplate(_ part: JSONObject, vocabularySize: Int) throws {
    var around: [[Int]] = [[]]
    for piece in try part.objects("single") {
      guard piece.has("SpecialToken") else {
        around.append([])
        continue
      }
      let name = try piece.object("SpecialToken").bytes("id")
      let special = try part.object("special_tokens").object(name)
      guard let ids = special["ids"]?.wholeNumbers, ids.allSatisfy((0..<vocabularySize).contains) else {
        throw special.bad("ids", expected: "a list of token ids from 0 to \(vocabularySize - 1)")
      }
      around[around.count - 1] += ids
    }
    guard around.count == 2 else { throw part.bad("single", expected: "a list with the text once") }
    prefix = around[0] + prefix
    suffix += around[1]
  }
}
