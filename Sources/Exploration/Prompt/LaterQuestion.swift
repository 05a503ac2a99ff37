import Checkpoint

/// A question that comes after the eviction, and what ends the user's turn behind it: as in kvpress' pipeline
/// the text is compressed without it, and then its tokens are fed on what was kept.
///
/// It is tokenized by itself, so that the text's tokens are the same whatever is asked. Its keys and values
/// all stay in the cache, at the positions behind the whole text.
public struct LaterQuestion: Sendable, Hashable {
  /// The tokens; their ranges are places in `bytes`.
  public let tokens: [Token]
  /// The question, and what the chat puts behind it.
  public let bytes: [UInt8]
  /// What the model's vocabulary has no token for.
  let dropped: DroppedText?

  init(_ bytes: ArraySlice<UInt8>, _ tokenizer: Tokenizer) {
    self.bytes = Array(bytes)
    let encoding = tokenizer.encoding(of: self.bytes, addingSpecialTokens: false)
    tokens = encoding.tokens
    dropped = DroppedText(encoding, of: self.bytes)
  }

  /// Takes a question whose tokens are known already, without a tokenizer.
  init(tokens: [Token]) { (self.tokens, bytes, dropped) = (tokens, [], nil) }

  /// Two questions are equal when they are the same to a model.
  public static func == (a: LaterQuestion, b: LaterQuestion) -> Bool { a.ids == b.ids }

  /// Hashes what the model reads.
  public func hash(into hasher: inout Hasher) { hasher.combine(ids) }

  /// The tokens' ids.
  var ids: [Int] { tokens.map(\.id) }
}
