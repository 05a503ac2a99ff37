extension TokenDecoder {
  private static let supported =
    "ByteLevel, ByteFallback, Replace, Fuse, Strip, Metaspace, and Sequences of them"

  /// Reads `decoder` of a `tokenizer.json` and applies it to every entry.
  /// - Parameter isByteLevel: how a file without a decoder means it.
  init(_ json: JSONObject, entries: [[UInt8]], isByteLevel: Bool) throws {
    // `tokenizers` joins tokens by spaces where a file has no decoder, which no model is trained for.
    let parts = json.has("decoder") ? try json.object("decoder").parts("decoders") : []
    var tokens = entries
    var byteTokens: Set<Int> = []
    var leading = Leading.nothing
    if parts.isEmpty, isByteLevel { tokens = tokens.map { ByteAlphabet.bytes(of: $0) ?? $0 } }
    for part in parts {
      switch try part.string("type") {
      case "ByteLevel": tokens = tokens.map { ByteAlphabet.bytes(of: $0) ?? $0 }
      case "ByteFallback":
        for (id, token) in tokens.enumerated() {
          guard let byte = TokenModel.fallbackByte(token) else { continue }
          tokens[id] = [byte]
          byteTokens.insert(id)
        }
      case "Replace":
        let pattern = try RegexAutomaton(pattern: part, key: "pattern")
        let content = try part.bytes("content").bytes
        tokens = tokens.map { Self.replaced($0, pattern, content) }
      case "Metaspace":
        let mark = part.has("replacement") ? try part.string("replacement") : "▁"
        let pattern = try part.automaton { try RegexAutomaton(.literal(mark.unicodeScalars)) }
        tokens = tokens.map { Self.replaced($0, pattern, [0x20]) }
        let scheme =
          part.has("prepend_scheme") ? try part.choice("prepend_scheme", PreTokenizer.Prefix.self) : nil
        let adds = try part.flag("add_prefix_space", default: true)
        if scheme ?? (adds ? .always : .never) != .never { leading = .spacesOfFirstToken }
      case "Fuse": break
      case "Strip":
        guard try part.bytes("content") == " ", try part.integer("stop", in: 0...0) == 0 else {
          throw part.bad("content", expected: "a space")
        }
        leading = .spaces(try part.integer("start", in: 0...1_000))
      default: throw part.unsupported("the decoder \(try part.bytes("type"))", supported: Self.supported)
      }
    }
    self.init(tokens, byteTokens: byteTokens, leading: leading)
  }

  private static func replaced(_ token: [UInt8], _ pattern: RegexAutomaton, _ content: [UInt8]) -> [UInt8] {
    let scalars = AlignedScalar.scan(token)[...]
    var result: [UInt8] = []
    var end = 0
    for match in pattern.matches(in: scalars) {
      guard let range = scalars[match].byteRange else { continue }
      result += token[end..<range.lowerBound] + content
      end = range.upperBound
    }
    return result + token[end...]
  }
}
