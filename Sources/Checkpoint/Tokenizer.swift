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
  /// Token ids by the bytes that they decode to, or for SentencePiece by the vocabulary's own spelling.
  let ids: [ByteString: Int]
  /// The id of each byte's token; all are there for a byte-level tokenizer.
  let byteIDs: [Int?]
  let addedTokens: AddedTokens
  /// Put before every text.
  let prefix: [Int]
  /// Stands for what has no other token; for SentencePiece it is there where a byte's token is not.
  let unknown: Int?
  /// Whether neighbouring unknown characters become one token.
  let fusesUnknown: Bool
  /// Whether a piece that is a token as a whole is taken as it is.
  let ignoresMerges: Bool

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
    switch style {
    case .byteLevel(let preTokenizer):
      preTokenizer.split(text[range]).flatMap { encode(text, $0) }
    case .sentencePiece(let prependsSpace):
      merged(sentencePieceSymbols(text[range], prependsSpace: prependsSpace))
    }
  }

  private func merged(_ symbols: [BytePairMerger.Symbol]) -> [Token] {
    merger.merge(symbols).map { Token(id: $0.id, byteRange: $0.byteRange) }
  }

  private func encode(_ text: [UInt8], _ piece: PreTokenizer.Piece) -> [Token] {
    let range = piece.byteRange
    let added: [UInt8] = piece.hasPrefixSpace ? [0x20] : []
    if ignoresMerges, let id = ids[ByteString(added + text[range])] {
      return [Token(id: id, byteRange: range)]
    }
    // Opening has checked that every byte has a token: nothing is dropped here.
    var symbols = added.compactMap { byteIDs[Int($0)] }.map {
      BytePairMerger.Symbol(id: $0, byteRange: range.lowerBound..<range.lowerBound)
    }
    for at in range {
      if let id = byteIDs[Int(text[at])] { symbols.append(.init(id: id, byteRange: at..<at + 1)) }
    }
    return merged(symbols)
  }

  private func sentencePieceSymbols(
    _ text: ArraySlice<UInt8>, prependsSpace: Bool
  ) -> [BytePairMerger.Symbol] {
    var symbols: [BytePairMerger.Symbol] = []
    var endsUnknown = false
    func append(_ bytes: ArraySlice<UInt8>, _ range: Range<Int>) {
      if let id = ids[bytes.elementsEqual([0x20]) ? "▁" : ByteString(Array(bytes))] {
        symbols.append(.init(id: id, byteRange: range))
        endsUnknown = false
        return
      }
      let fallback = bytes.compactMap { byteIDs[Int($0)] }
      if fallback.count == bytes.count {
        for (offset, id) in fallback.enumerated() {
          let start = min(range.lowerBound + offset, range.upperBound)
          symbols.append(.init(id: id, byteRange: start..<min(start + 1, range.upperBound)))
        }
        endsUnknown = false
      } else if endsUnknown, fusesUnknown, let last = symbols.indices.last {
        symbols[last].byteRange = symbols[last].byteRange.lowerBound..<range.upperBound
      } else if let unknown {
        symbols.append(.init(id: unknown, byteRange: range))
        endsUnknown = true
      }
    }
    if prependsSpace { append(Array("▁".utf8)[...], text.startIndex..<text.startIndex) }
    for scanned in scanScalars(text) { append(text[scanned.byteRange], scanned.byteRange) }
    return symbols
  }
}
