import Checkpoint

/// The text of token ids, for screens and exports.
public struct Vocabulary: Sendable {
  private let tokenizer: Tokenizer

  /// Wraps a tokenizer.
  public init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  /// The text of a run of tokens.
  public func text(_ tokens: some Sequence<Int>) -> String { tokenizer.decode(tokens) }

  /// The bytes of one token; not necessarily valid UTF-8.
  public func bytes(of token: Int) -> [UInt8] { tokenizer.bytes(of: token) }
}
