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
  /// The id of each byte's token.
  let byteIDs: [Int?]
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
  func encode(_ piece: ArraySlice<AlignedScalar>, into tokens: inout [Token]) {
    if ignoresMerges, let range = piece.byteRange, let id = table.id(of: piece.bytes) {
      tokens.append(Token(id: id, byteRange: range))
      return
    }
    guard cutsWords else { return encodeStretch(piece, into: &tokens) }
    var start = piece.startIndex
    for index in piece.indices.dropFirst()
    where piece[index].value == Self.spaceMark && piece[index - 1].value != Self.spaceMark {
      encodeStretch(piece[start..<index], into: &tokens)
      start = index
    }
    encodeStretch(piece[start...], into: &tokens)
  }

  private func encodeStretch(_ piece: ArraySlice<AlignedScalar>, into tokens: inout [Token]) {
    var symbols: [BytePairMerger.Symbol] = []
    symbols.reserveCapacity(piece.count)
    var endsUnknown = false
    for scalar in piece {
      switch alphabet {
      case .bytes: appendBytes(of: scalar, to: &symbols, &endsUnknown)
      case .scalars: append(scalar, to: &symbols, &endsUnknown)
      }
    }
    merger.merge(&symbols)
    for symbol in symbols { tokens.append(Token(id: symbol.id, byteRange: symbol.byteRange)) }
  }

  private func appendBytes(of scalar: AlignedScalar, to symbols: inout [BytePairMerger.Symbol], _ endsUnknown: inout Bool) {
    if scalar.value < 0x80, let id = byteIDs[Int(scalar.value)] {
      symbols.append(.init(id: id, byteRange: scalar.byteRange))
      endsUnknown = false
      return
    }
    var bytes = ArraySlice([scalar]).bytes
    // Vocabularies may lack the bytes that no UTF-8 has.
    if scalar.value >= AlignedScalar.invalidBase, byteIDs[Int(bytes[0])] == nil { bytes = Self.replacement }
    for (index, byte) in bytes.enumerated() {
      let range = scalar.byteRange.part(index, of: bytes.count)
      if let id = byteIDs[Int(byte)] {
        symbols.append(.init(id: id, byteRange: range))
        endsUnknown = false
      } else {
        appendUnknown(range, to: &symbols, &endsUnknown)
      }
    }
  }

  private func append(_ scalar: AlignedScalar, to symbols: inout [BytePairMerger.Symbol], _ endsUnknown: inout Bool) {
    let bytes = ArraySlice([scalar]).bytes
    if let id = table.id(of: bytes) {
      symbols.append(.init(id: id, byteRange: scalar.byteRange))
      endsUnknown = false
      return
    }
    let fallback = bytes.compactMap { byteIDs[Int($0)] }
    if fallback.count == bytes.count {
      for (index, id) in fallback.enumerated() {
        symbols.append(.init(id: id, byteRange: scalar.byteRange.part(index, of: fallback.count)))
      }
      endsUnknown = false
    } else {
      appendUnknown(scalar.byteRange, to: &symbols, &endsUnknown)
    }
  }

  private func appendUnknown(_ range: Range<Int>, to symbols: inout [BytePairMerger.Symbol], _ endsUnknown: inout Bool) {
    if endsUnknown, fusesUnknown, let last = symbols.indices.last {
      symbols[last].byteRange = symbols[last].byteRange.lowerBound..<range.upperBound
    } else if let unknown {
      symbols.append(.init(id: unknown, byteRange: range))
      endsUnknown = true
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
