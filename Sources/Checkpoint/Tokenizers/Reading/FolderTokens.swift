import Foundation

/// What the small files beside a folder's `tokenizer.json` say about tokens: `tokenizer_config.json`,
/// `special_tokens_map.json` and `added_tokens.json`, read as transformers reads them.
struct FolderTokens {
  /// Special tokens that have a name, such as `bos_token`, in the order in which transformers adds them.
  private(set) var named: [(name: String, token: AddedTokens.Entry)] = []
  /// What a person should know about contradictions.
  private(set) var notices: [String] = []

  /// `added_tokens_decoder`, or what `added_tokens.json` has, by ascending ids.
  private let numbered: [AddedTokens.Entry]
  /// Whether `tokenizer.json` comes before tokens of the same id.
  private let yieldsToTokenizer: Bool
  /// Further special tokens.
  private let extra: [AddedTokens.Entry]

  /// The names that every tokenizer may have.
  static let standardNames = [
    "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
  ]

  /// The tokens that stand before and behind every text, where no `tokenizer.json` says it.
  private(set) var around: (begin: [UInt8]?, end: [UInt8]?) = (nil, nil)

  /// Reads the files that are there.
  /// - Parameters:
  ///   - isByteLevel: whether `tokenizer.json` takes text byte by byte.
  ///   - isOlder: whether there is no `tokenizer.json`.
  /// - Throws: `CheckpointError` naming the file and the key.
  init(folder: String, isByteLevel: Bool, isOlder: Bool = false) throws {
    func file(_ name: String) throws -> JSONObject? {
      let path = folder + "/" + name
      return FileManager.default.fileExists(atPath: path) ? try JSONObject(path: path) : nil
    }
    let configuration = try file("tokenizer_config.json")
    let map = try file("special_tokens_map.json")
    let model = try? file("config.json")
    let written = configuration?["tokenizer_class"]?.string ?? model?["tokenizer_class"]?.string
    let standard = TokenizerClass(
      name: written?.text, modelType: model?["model_type"]?.string?.text, isByteLevel: isByteLevel)

    let hasDecoder = configuration?.has("added_tokens_decoder") == true
    yieldsToTokenizer = !hasDecoder
    let own =
      try Self.list(configuration, "extra_special_tokens")
      ?? Self.list(configuration, "additional_special_tokens")
    let mapped = hasDecoder ? nil : try Self.list(map, "extra_special_tokens")
    // What the map calls additional is added as well, but does not make a token of added_tokens.json special.
    let further =
      hasDecoder || own != nil || mapped != nil ? nil : try Self.list(map, "additional_special_tokens")
    extra = (own ?? []) + (mapped ?? []) + (further ?? [])
    if let configuration, hasDecoder {
      numbered = try Self.decoder(configuration)
    } else {
      let names = try Self.standardNames.compactMap {
        try Self.token($0, configuration) ?? Self.token($0, map)
      }
      let special = Set((names + (own ?? []) + (mapped ?? [])).map { ByteString($0.content) })
      numbered = try file("added_tokens.json").map { try Self.encoder($0, special: special) } ?? []
    }
    try readNames(configuration, map, standard)
    func token(_ name: String) -> [UInt8]? { named.first { $0.name == name }?.token.content }
    if let configuration, isOlder {
      around.begin = try configuration.flag("add_bos_token") ? token("bos_token") : nil
      around.end = try configuration.flag("add_eos_token") ? token("eos_token") : nil
    }
  }

  /// The named tokens' texts, as chat templates have them.
  var texts: [String: String] {
    Dictionary(
      named.map { ($0.name, ByteString($0.token.content).text) }, uniquingKeysWith: { first, _ in first })
  }

  /// The tokens to add to those that `tokenizer.json` lists, in order.
  func added(beside listed: [AddedTokens.Entry]) -> [AddedTokens.Entry] {
    let listedIDs = Set(listed.map(\.id))
    let names = Set(named.map { ByteString($0.token.content) })
    var result: [AddedTokens.Entry] = []
    for var token in numbered where !yieldsToTokenizer || !listedIDs.contains(token.id) {
      if names.contains(ByteString(token.content)) { token.isSpecial = true }
      result.append(token)
    }
    var known = Set((listed + result).map { ByteString($0.content) })
    for var token in named.map(\.token) + extra where known.insert(ByteString(token.content)).inserted {
      token.isSpecial = true
      result.append(token)
    }
    return result
  }

  private mutating func readNames(
    _ configuration: JSONObject?, _ map: JSONObject?, _ standard: TokenizerClass
  ) throws {
    for name in Self.standardNames {
      let (own, mapped) = (try Self.token(name, configuration), try Self.token(name, map))
      if let own, let mapped, own.content != mapped.content {
        notices.append(
          "special_tokens_map.json gives \(name) as \(ByteString(mapped.content)), and tokenizer_config.json as "
            + "\(ByteString(own.content)), which is used")
      }
      let usual = standard.defaults.first { $0.name == name }.map { Self.special($0.content) }
      if let found = own ?? mapped ?? usual { named.append((name, found)) }
    }
    // A model may have names of its own.
    for key in (configuration?.values.keys.map(\.text) ?? []).sorted()
    where key.hasSuffix("_token") && !Self.standardNames.contains(key) {
      if let text = configuration?[key]?.string { named.append((key, Self.special(text.text))) }
    }
    if let own = configuration?["extra_special_tokens"]?.object {
      for (key, value) in own.sorted(by: { $0.key.text < $1.key.text }) {
        guard let configuration else { break }
        named.append((key.text, try Self.token(value, of: configuration, "extra_special_tokens")))
      }
    }
  }

  private static func special(_ content: String) -> AddedTokens.Entry {
    AddedTokens.Entry(id: 0, content: Array(content.utf8), isSpecial: true)
  }

  /// A token is a text, or an object that has it as `content`.
  private static func token(_ value: JSONValue?, of json: JSONObject, _ key: String) throws
    -> AddedTokens.Entry
  {
    if let text = value?.string { return special(text.text) }
    guard let object = value?.object else {
      throw json.bad(key, expected: "a token: a text, or an object with 'content'")
    }
    return try AddedTokens.Entry(json.below(key, object), id: 0, isSpecial: true)
  }

  /// The token of a name.
  private static func token(_ name: String, _ json: JSONObject?) throws -> AddedTokens.Entry? {
    guard let json, json.has(name) else { return nil }
    return try token(json[name], of: json, name)
  }

  /// A list of tokens; `nil` where there is none, also where names of the model's own stand in its place.
  private static func list(_ json: JSONObject?, _ key: String) throws -> [AddedTokens.Entry]? {
    guard let json, json.has(key), json[key]?.object == nil else { return nil }
    guard let values = json[key]?.array else { throw json.bad(key, expected: "a list of tokens") }
    return values.isEmpty ? nil : try values.map { try token($0, of: json, key) }
  }

  /// `added_tokens_decoder`: tokens under their ids.
  private static func decoder(_ configuration: JSONObject) throws -> [AddedTokens.Entry] {
    let decoder = try configuration.object("added_tokens_decoder")
    return try decoder.values.map { key, value in
      guard let id = Int(key.text), value.object != nil else {
        throw configuration.bad("added_tokens_decoder", expected: "an object of tokens by their ids")
      }
      let token = try decoder.object(key)
      let isSpecial = try token.flag("special")
      return try AddedTokens.Entry(token, id: id, isSpecial: isSpecial, isNormalized: !isSpecial)
    }.sorted { $0.id < $1.id }
  }

  /// `added_tokens.json`: ids by their tokens.
  private static func encoder(_ json: JSONObject, special: Set<ByteString>) throws -> [AddedTokens.Entry] {
    try json.values.map { key, value in
      guard let id = value.wholeNumber else { throw json.bad(key, expected: "a token's id", found: value) }
      let isSpecial = special.contains(key)
      return AddedTokens.Entry(id: id, content: key.bytes, isSpecial: isSpecial, isNormalized: !isSpecial)
    }.sorted { $0.id < $1.id }
  }
}
