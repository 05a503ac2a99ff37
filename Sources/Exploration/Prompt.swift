import Checkpoint

/// A text and its tokens.
public struct Prompt: Sendable {
  /// What the screens and exports call it: the file's name, or `standard input`.
  public let name: String
  /// The text as it was read; not necessarily valid UTF-8.
  public let text: [UInt8]
  /// Its tokens, the added begin-of-text token included; a token's index is its position.
  public let tokens: [Token]
  /// The text's SHA-256 in hexadecimal, by which exports of the same prompt know each other.
  public let hash: String

  /// Tokenizes a text.
  /// - Throws: `PromptError.noTokens` when nothing is left to attend to.
  public init(name: String, text: [UInt8], tokenizer: Tokenizer) throws {
    tokens = tokenizer.encode(text)
    guard !text.isEmpty, !tokens.isEmpty else { throw PromptError.empty(name) }
    self.name = name
    self.text = text
    hash = SHA256.hexadecimal(of: text)
  }

  /// The bytes of one token as they stand in the text; empty for an added token.
  public func bytes(at position: Int) -> ArraySlice<UInt8> {
    text[tokens[position].byteRange]
  }
}
