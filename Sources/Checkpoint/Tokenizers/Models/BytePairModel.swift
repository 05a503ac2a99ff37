/// A byte-pair model: the symbols that a piece begins as, and the merges that make tokens of them.
struct BytePairModel: Sendable {
  /// What a piece begins as.
  enum Alphabet: Sendable {
    /// Bytes (GPT-2's way).
    case bytes
    /// Scalars, and bytes for those without a token (SentencePiece's way).
    case scalars
  }

  let alphabet: Alphabet
  /// Token ids by the bytes of the text.
  let table: TokenTable
  /// The id of each byte's token, where pieces begin as bytes.
  let byteIDs: [Int?]
  /// The ids of `<0x..>` tokens, which stand for the bytes of a character that has no token itself; GPT-2's
  /// way has them for the characters in which it writes bytes.
  let fallbackIDs: [Int?]
  /// Stands for what has no other token.
  let unknown: Int?
  /// Whether neighbouring unknown characters become one token.
  let fusesUnknown: Bool
  /// Whether a piece that is a token as a whole is taken as it is.
  let ignoresMerges: Bool
  let merger: BytePairMerger
  /// Whether no token goes on beyond a word, so that words can be merged each by itself.
  let cutsWords: Bool

  /// SentencePiece's mark for a space.
  static let spaceMark: UInt32 = 0x2581

  /// Appends a piece's tokens.
  func encode(_ piece: ArraySlice<AlignedScalar>, into encoding: inout Encoding) {
    if ignoresMerges, let range = piece.byteRange, let id = table.id(of: piece.bytes) {
      encoding.append(id, at: range)
      return
    }
    guard cutsWords else { return encodeStretch(piece, into: &encoding) }
    var start = piece.startIndex
    for index in piece.indices.dropFirst()
    where piece[index].value == Self.spaceMark && piece[index - 1].value != Self.spaceMark {
      encodeStretch(piece[start..<index], into: &encoding)
      start = index
    }
    encodeStretch(piece[start...], into: &encoding)
  }

  private func encodeStretch(_ piece: ArraySlice<AlignedScalar>, into encoding: inout Encoding) {
    var beginning = Beginning()
    beginning.symbols.reserveCapacity(piece.count)
    for scalar in piece {
      switch alphabet {
      case .bytes: appendBytes(of: scalar, to: &beginning)
      case .scalars: append(scalar, to: &beginning)
      }
    }
    merger.merge(&beginning.symbols)
    for symbol in beginning.symbols { encoding.append(symbol.id, at: symbol.byteRange) }
    for range in beginning.dropped { encoding.drop(range) }
  }

  /// The symbols that a piece begins as.
  private struct Beginning {
    var symbols: [BytePairMerger.Symbol] = []
    /// Whether the last of them stands for what is unknown.
    var endsUnknown = false
    /// Places of what no symbol stands for.
    var dropped: [Range<Int>] = []

    mutating func append(_ id: Int, at range: Range<Int>) {
      symbols.append(.init(id: id, byteRange: range))
      endsUnknown = false
    }

    mutating func append(_ ids: [Int], sharing range: Range<Int>) {
      for (index, id) in ids.enumerated() { append(id, at: range.part(index, of: ids.count)) }
    }
  }

  private func appendBytes(of scalar: AlignedScalar, to beginning: inout Beginning) {
    if scalar.value < 0x80, let id = byteIDs[Int(scalar.value)] {
      beginning.append(id, at: scalar.byteRange)
      return
    }
    var bytes = ArraySlice([scalar]).bytes
    // Vocabularies may lack the bytes that no UTF-8 has.
    if scalar.value >= AlignedScalar.invalidBase, byteIDs[Int(bytes[0])] == nil { bytes = Self.replacement }
    for (index, byte) in bytes.enumerated() {
      let range = scalar.byteRange.part(index, of: bytes.count)
      if let id = byteIDs[Int(byte)] {
        beginning.append(id, at: range)
      } else if let ids = fallbackIDs(of: ByteAlphabet.utf8[Int(byte)]) {
        beginning.append(ids, sharing: range)
      } else {
        appendUnknown(range, to: &beginning)
      }
    }
  }

  private func append(_ scalar: AlignedScalar, to beginning: inout Beginning) {
    let bytes = ArraySlice([scalar]).bytes
    if let id = table.id(of: bytes) {
      beginning.append(id, at: scalar.byteRange)
    } else if let ids = fallbackIDs(of: bytes) {
      beginning.append(ids, sharing: scalar.byteRange)
    } else {
      appendUnknown(scalar.byteRange, to: &beginning)
    }
  }

  /// The tokens of bytes one by one, where each has one.
  private func fallbackIDs(of bytes: [UInt8]) -> [Int]? {
    let ids = bytes.compactMap { fallbackIDs[Int($0)] }
    return ids.count == bytes.count ? ids : nil
  }

  /// What has no token of its own: the unknown token stands for it, or nothing does.
  private func appendUnknown(_ range: Range<Int>, to beginning: inout Beginning) {
    guard let unknown else {
      beginning.dropped.append(range)
      return
    }
    if beginning.endsUnknown, fusesUnknown, let last = beginning.symbols.indices.last {
      beginning.symbols[last].byteRange = beginning.symbols[last].byteRange.lowerBound..<range.upperBound
    } else {
      beginning.symbols.append(.init(id: unknown, byteRange: range))
      beginning.endsUnknown = true
    }
  }

  private static let replacement = Array("\u{FFFD}".utf8)

  /// Whether none of some tokens has a space mark after anything else.
  static func keepsWordsApart(_ tokens: some Sequence<[UInt8]>) -> Bool {
    let mark = Array("▁".utf8)
    return tokens.allSatisfy { token in
      var index = 0
      while index < token.count, token[index...].starts(with: mark) { index += mark.count }
      while index < token.count {
        if token[index] == mark[0], token[index...].starts(with: mark) { return false }
        index += 1
      }
      return true
    }
  }
}
