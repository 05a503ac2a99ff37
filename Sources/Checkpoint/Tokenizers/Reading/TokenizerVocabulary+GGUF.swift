extension TokenizerVocabulary {
  /// What a token is, by the numbers in `tokenizer.ggml.token_type`.
  private enum Kind: Int {
    case normal = 1, unknown, control, userDefined, unused, byte
  }

  /// Reads a GGUF file's tokens; their ids are their places in the list.
  init(_ metadata: GGUFMetadata, special: GGUFSpecialTokens) throws {
    let tokens = try metadata.strings("tokenizer.ggml.tokens")
    guard !tokens.isEmpty, tokens.count <= Self.largestID else {
      throw metadata.bad("tokenizer.ggml.tokens", expected: "1 to \(Self.largestID) tokens")
    }
    let kinds =
      metadata.has("tokenizer.ggml.token_type") ? try metadata.integers("tokenizer.ggml.token_type") : []
    guard kinds.isEmpty || kinds.count >= tokens.count else {
      throw metadata.bad(
        "tokenizer.ggml.token_type", expected: "\(tokens.count) kinds, one for each token",
        found: "\(kinds.count)")
    }
    // The file does not say which of them take the space around them: Phi-3's do after them, but for these.
    let isPhi = metadata["general.architecture"]?.string == "phi3"
    let plain: Set<ByteString> = ["<unk>", "<s>", "<|endoftext|>"]
    let control = ControlTexts.ids(tokens, special: special).control
    var added: [AddedTokens.Entry] = []
    for (id, token) in tokens.enumerated() where !token.bytes.isEmpty {
      let kind = kinds.isEmpty ? nil : Kind(rawValue: kinds[id])
      let isSpecial = kind == .control || kind == .unknown || control.contains(id)
      guard isSpecial || kind == .userDefined else { continue }
      let strips = isPhi && (isSpecial || token == "</s>") && !plain.contains(token)
      added.append(.init(id: id, content: token.bytes, isSpecial: isSpecial, stripsRight: strips))
    }
    self.init(
      ids: Dictionary(tokens.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first }),
      entries: tokens.enumerated().map { ($1.bytes, $0) }, added: added, notices: special.notices)
  }

  /// SentencePiece's merges: two tokens join where the whole is a token, the one of the highest score first.
  /// Equal scores have equal ranks, so that the leftmost pair goes first.
  func mergesByScore(_ metadata: GGUFMetadata) throws -> [BytePairMerger.Pair: BytePairMerger.Merge] {
    let scores = try metadata.numbers("tokenizer.ggml.scores")
    guard scores.count == entries.count else {
      throw metadata.bad(
        "tokenizer.ggml.scores", expected: "\(entries.count) scores, one for each token",
        found: "\(scores.count)")
    }
    let order = Set(scores.filter { !$0.isNaN }).sorted(by: >)
    let ranks = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    let table = TokenTable(entries)
    var merges: [BytePairMerger.Pair: BytePairMerger.Merge] = [:]
    for (bytes, id) in entries where bytes.count <= Self.longestMerged {
      guard let rank = ranks[scores[id]], table.id(of: bytes) == id else { continue }
      let cuts = bytes.indices.dropFirst().filter { bytes[$0] & 0xC0 != 0x80 }
      table.forEachPrefix(of: bytes[...], ends: cuts[...]) { index, left in
        guard let right = table.id(of: bytes[cuts[index]...]) else { return }
        merges[.init(left: left, right: right)] = .init(rank: rank, result: id)
      }
    }
    return merges
  }

  /// Longer tokens than any known vocabulary merges to; trying every cut of a hostile one would take long.
  private static let longestMerged = 1_024
}

extension ByteString {
  /// A SentencePiece entry's text: `▁` is a space.
  static func replacingSpaceMarks(_ entry: [UInt8]) -> [UInt8] {
    let mark = Array("▁".utf8)
    var result: [UInt8] = []
    var index = 0
    while index < entry.count {
      let isMark = entry[index] == mark[0] && entry[index...].starts(with: mark)
      result.append(isMark ? 0x20 : entry[index])
      index += isMark ? mark.count : 1
    }
    return result
  }
}
