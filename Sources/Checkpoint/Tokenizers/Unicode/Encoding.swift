/// What a tokenizer makes of a text.
public struct Encoding: Sendable, Hashable {
  /// The tokens, in the order of the text.
  public internal(set) var tokens: [Token] = []
  /// The places in the text of what the vocabulary has no token for, ascending and apart from each other: as
  /// in Hugging Face's `tokenizers` it is dropped, and the tokens' ranges cover it with what follows.
  public internal(set) var dropped: [Range<Int>] = []

  /// How many bytes of the text are dropped.
  public var droppedByteCount: Int { dropped.reduce(0) { $0 + $1.count } }

  /// Takes a token.
  mutating func append(_ id: Int, at range: Range<Int>) { tokens.append(Token(id: id, byteRange: range)) }

  /// Notes that nothing stands for a part of the text; what a normalizer has put there counts for nothing.
  mutating func drop(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    if let last = dropped.last, last.upperBound >= range.lowerBound {
      dropped[dropped.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
    } else {
      dropped.append(range)
    }
  }
}
