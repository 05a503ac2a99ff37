import Foundation

extension Normalizer {
  static let supported =
    "NFC, NFD, NFKC, NFKD, Nmt, StripAccents, ByteLevel, Prepend, Replace, Strip, Lowercase, Precompiled, and Sequences of them"

  /// Reads `normalizer` of a `tokenizer.json`.
  init(_ json: JSONObject) throws {
    guard json.has("normalizer") else {
      steps = []
      return
    }
    steps = try json.object("normalizer").parts("normalizers").map(Self.step)
  }

  private static func step(_ part: JSONObject) throws -> Step {
    let type = try part.string("type")
    switch type {
    case "Prepend": return .prepend(Array(try part.string("prepend").unicodeScalars))
    case "Replace":
      let content = Array(try part.string("content").unicodeScalars)
      return .replace(try RegexAutomaton(pattern: part, key: "pattern"), by: content)
    case "Strip": return .strip(left: try part.flag("strip_left"), right: try part.flag("strip_right"))
    case "Lowercase": return .lowercase
    case "Nmt": return .simplify
    case "StripAccents": return .stripAccents
    case "ByteLevel": return .spellBytes
    case "Precompiled":
      guard let data = Data(base64Encoded: try part.string("precompiled_charsmap")),
        let map = PrecompiledMap(Array(data))
      else { throw part.bad("precompiled_charsmap", expected: "SentencePiece's table in base 64") }
      return .precompiled(map)
    default:
      guard let form = UnicodeForm(rawValue: type) else {
        throw part.unsupported("the normalizer \(ByteString(type))", supported: supported)
      }
      return .unicode(form)
    }
  }
}
