import Checkpoint
import Eviction

/// A text and its tokens.
public struct Prompt: Sendable {
  /// What the screens and exports call it: the file's name, or `standard input`.
  public let name: String
  /// The text as it was read; not necessarily valid UTF-8.
  public let text: [UInt8]
  /// The tokens that the model reads; a token's index is its position.
  ///
  /// The byte ranges are places in `text`; they are empty for what was put around it: the begin-of-text
  /// token, a question, the turns of a chat.
  public let tokens: [Token]
  /// The SHA-256 in hexadecimal of all that the model reads, by which exports of the same prompt know each
  /// other; of the text when nothing is put around it.
  public let hash: String
  /// How many of the last tokens are a question and what the chat puts behind it; `nil` if the prompt ends with none.
  public let questionTokenCount: Int?
  /// How the model is asked to repeat the text.
  public let repetition: RepetitionPrompts
  /// What is put around the text.
  public let framing: PromptFraming

  private let tokenizer: Tokenizer
  private let tokenLimit: Int?
  /// What the model reads, and each token's place in it; `nil` when that is the text itself.
  private let whole: (bytes: [UInt8], ranges: [Range<Int>])?

  /// Tokenizes a text with what is put around it.
  /// - Parameter tokenLimit: the tokens that the model has room for, without those of an answer; `nil` for any number.
  /// - Throws: `PromptError` when nothing is left to attend to, when it is too much, or when a chat template refuses the
  ///   text.
  public init(
    name: String, text: [UInt8], tokenizer: Tokenizer, framing: PromptFraming = PromptFraming(), tokenLimit: Int? = nil
  ) throws {
    guard !text.isEmpty else { throw PromptError.empty(name) }
    let framed = try framing.framed(text, name: name)
    // A template writes the begin-of-text token itself.
    let read = tokenizer.encode(framed.bytes, addingSpecialTokens: framing.chat == nil)
    guard !read.isEmpty else { throw PromptError.empty(name) }
    if let tokenLimit, read.count > tokenLimit {
      throw PromptError.tooLong(name, tokenCount: read.count, limit: max(0, tokenLimit))
    }
    (self.framing, self.tokenizer, self.tokenLimit) = (framing, tokenizer, tokenLimit)
    self.name = name
    self.text = text
    hash = SHA256.hexadecimal(of: framed.bytes)
    let behind = read.count { $0.byteRange.lowerBound >= framed.source.upperBound }
    questionTokenCount = framing.question == nil || framing.putsQuestionFirst || behind == 0 ? nil : behind
    repetition = RepetitionPrompts(framed, tokens: read, tokenizer: tokenizer, framing: framing)
    if framed.source == text.indices, framed.bytes.count == text.count {
      tokens = read
      whole = nil
    } else {
      tokens = read.map { Token(id: $0.id, byteRange: framed.sourceRange(of: $0.byteRange)) }
      whole = (framed.bytes, read.map(\.byteRange))
    }
  }

  /// The same text with another question, or with none.
  ///
  /// Cost: tokenizes all of it; a model that has read the text need read only what is new (`Explorer.explore`).
  /// - Throws: `PromptError`.
  public func asking(_ question: String?) throws -> Prompt {
    guard question != framing.question else { return self }
    var framing = framing
    framing.question = question
    return try Prompt(name: name, text: text, tokenizer: tokenizer, framing: framing, tokenLimit: tokenLimit)
  }

  /// The SHA-256 in hexadecimal of the text alone, by which a session knows it again.
  public var textHash: String { whole == nil ? hash : Self.hash(of: text) }

  /// The SHA-256 in hexadecimal of any bytes.
  public static func hash(of bytes: [UInt8]) -> String { SHA256.hexadecimal(of: bytes) }

  /// All that the model reads, as bytes: the text, and what is put around it.
  public var read: [UInt8] { whole?.bytes ?? text }

  /// A token's place in `read`.
  public func readRange(at position: Int) -> Range<Int> { whole?.ranges[position] ?? tokens[position].byteRange }

  /// The bytes that one token stands for, in the text or in what was put around it; empty for an added
  /// token.
  public func bytes(at position: Int) -> ArraySlice<UInt8> {
    whole.map { $0.bytes[$0.ranges[position]] } ?? text[tokens[position].byteRange]
  }
}
