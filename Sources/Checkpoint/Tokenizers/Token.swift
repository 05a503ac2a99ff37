/// A token and the bytes of the source text that it stands for.
public struct Token: Sendable, Hashable {
  /// The id in the vocabulary.
  public let id: Int
  /// The place in the source text's bytes; empty for a token that was added, such as begin-of-text.
  public let byteRange: Range<Int>

  /// Makes a token.
  public init(id: Int, byteRange: Range<Int>) {
    self.id = id
    self.byteRange = byteRange
  }
}
