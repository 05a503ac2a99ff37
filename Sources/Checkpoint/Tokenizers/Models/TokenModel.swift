/// What makes tokens of a piece.
enum TokenModel: Sendable {
  case bytePair(BytePairModel)
  case unigram(UnigramModel)

  /// Appends a piece's tokens.
  func encode(_ piece: ArraySlice<AlignedScalar>, into encoding: inout Encoding) {
    switch self {
    case .bytePair(let model): model.encode(piece, into: &encoding)
    case .unigram(let model): model.encode(piece, into: &encoding)
    }
  }

  /// `<0x0A>` and its like: the tokens of single bytes.
  static func fallbackByte(_ entry: [UInt8]) -> UInt8? {
    guard entry.count == 6, entry.starts(with: "<0x".utf8), entry[5] == UInt8(ascii: ">") else { return nil }
    let digits = entry[3..<5].compactMap { "0123456789ABCDEF".utf8.map { $0 }.firstIndex(of: $0) }
    return digits.count == 2 ? UInt8(digits[0] << 4 | digits[1]) : nil
  }

  /// The id of each byte's `<0x..>` token.
  static func fallbackIDs(_ entries: some Sequence<(bytes: [UInt8], id: Int)>) -> [Int?] {
    entries.reduce(into: [Int?](repeating: nil, count: 256)) { result, entry in
      if let byte = fallbackByte(entry.bytes) { result[Int(byte)] = entry.id }
    }
  }
}
