import Checkpoint

/// The text of token ids, for screens and exports.
public struct Vocabulary: Sendable {
  private enum Source: Sendable {
    case tokenizer(Tokenizer)
    case table([Int: [UInt8]])
  }

  private let source: Source

  /// Wraps a tokenizer.
  public init(_ tokenizer: Tokenizer) { source = .tokenizer(tokenizer) }

  /// Takes the bytes of the tokens that occur, without a tokenizer; others have none.
  public init(bytes: [Int: [UInt8]]) { source = .table(bytes) }

  /// The text of a run of tokens.
  public func text(_ tokens: some Sequence<Int>) -> String {
    switch source {
    case .tokenizer(let tokenizer): tokenizer.decode(tokens)
    case .table(let bytes): String(decoding: tokens.flatMap { bytes[$0] ?? [] }, as: UTF8.self)
    }
  }

  /// The bytes of one token; not necessarily valid UTF-8.
  public func bytes(of token: Int) -> [UInt8] {
    switch source {
    case .tokenizer(let tokenizer): tokenizer.bytes(of: token)
    case .table(let bytes): bytes[token] ?? []
    }
  }
}
