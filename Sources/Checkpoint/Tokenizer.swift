import Foundation

/// A byte-pair tokenizer from a Hugging Face `tokenizer.json`: byte-level (GPT-2 style), or
/// SentencePiece style with byte fallback.
public struct Tokenizer: Sendable {
  /// One more than the largest token id.
  public let vocabularySize: Int

  enum Style: Sendable {
    /// Pieces by a pre-tokenizer, symbols are bytes.
    case byteLevel(PreTokenizer)
    /// One piece, `▁` for spaces, symbols are characters, unknown ones become byte tokens.
    case sentencePiece(prependsSpace: Bool)
  }

  let style: Style
  let merger: BytePairMerger
  /// What each token decodes to, before a leading space is stripped.
  let tokenBytes: [[UInt8]]
  /// Token ids by the bytes that they decode to, or by their UTF-8 for SentencePiece.
  let ids: [[UInt8]: Int]
  /// The id of each byte's token, where there is one.
  let byteIDs: [Int?]
  let addedTokens: AddedTokens
  /// Put before every text.
  let prefix: [Int]
  let unknown: Int?

  /// Whether a token is one of the special ones, which stand for no text.
  public func isSpecial(_ id: Int) -> Bool { addedTokens.special.contains(id) }

  /// The bytes that one token decodes to; none for a special or unknown id.
  public func bytes(of id: Int) -> [UInt8] {
    tokenBytes.indices.contains(id) ? tokenBytes[id] : []
  }

  /// The text of a sequence of tokens: special ones are left out, bytes that are no UTF-8 become
  /// replacement characters. Not trimmed: a leading space is kept, as an answer's first token has one.
  public func decode(_ ids: some Sequence<Int>) -> String {
    String(decoding: ids.lazy.filter { !isSpecial($0) }.flatMap(bytes(of:)), as: UTF8.self)
  }

  /// Tokenizes bytes, valid UTF-8 or not; the tokens' byte ranges cover the text in order.
  /// - Parameter addingSpecialTokens: whether the tokens that the model expects before a text come first.
  public func encode(_ text: [UInt8], addingSpecialTokens: Bool = true) -> [Token] {
    var tokens = addingSpecialTokens ? prefix.map { Token(id: $0, byteRange: 0..<0) } : []
    for segment in addedTokens.split(text) {
      switch segment {
      case .added(let id, let range): tokens.append(Token(id: id, byteRange: range))
      case .text(let range): tokens += encode(text, range)
      }
    }
    return tokens
  }

  private func encode(_ text: [UInt8], _ range: Range<Int>) -> [Token] {
    let symbols: [[BytePairMerger.Symbol]]
    switch style {
    case .byteLevel(let preTokenizer):
      symbols = preTokenizer.split(text[range]).enumerated().map { index, piece in
        var piece = piece.compactMap { at in
          byteIDs[Int(text[at])].map { BytePairMerger.Symbol(id: $0, byteRange: at..<at + 1) }
        }
        if index == 0, preTokenizer.addsPrefixSpace, text[range.lowerBound] != 0x20,
          let space = byteIDs[0x20]
        {
          piece.insert(.init(id: space, byteRange: range.lowerBound..<range.lowerBound), at: 0)
        }
        return piece
      }
    case .sentencePiece(let prependsSpace):
      symbols = [sentencePieceSymbols(text[range], prependsSpace: prependsSpace)]
    }
    return symbols.flatMap(merger.merge).map { Token(id: $0.id, byteRange: $0.byteRange) }
  }

  private func sentencePieceSymbols(
    _ text: ArraySlice<UInt8>, prependsSpace: Bool
  ) -> [BytePairMerger.Symbol] {
    let space = Array("▁".utf8)
    var symbols: [BytePairMerger.Symbol] = []
    if prependsSpace, let id = ids[space] {
      symbols.append(.init(id: id, byteRange: text.startIndex..<text.startIndex))
    }
    for scanned in scanScalars(text) {
      let bytes = Array(text[scanned.byteRange])
      if let id = ids[bytes == [0x20] ? space : bytes] {
        symbols.append(.init(id: id, byteRange: scanned.byteRange))
        continue
      }
      for at in scanned.byteRange {
        if let id = byteIDs[Int(text[at])] ?? unknown {
          symbols.append(.init(id: id, byteRange: at..<at + 1))
        }
      }
    }
    return symbols
  }
}
