import Checkpoint
import Eviction

/// A text and its tokens.
public struct Prompt: Sendable {
  /// What the screens and exports call it: the file's name, or `standard input`.
  public let name: String
  /// The text as it was read, not necessarily valid UTF-8; of a conversation its messages, an empty line
  /// between them.
  public let text: [UInt8]
  /// The tokens that the model reads; a token's index is its position.
  ///
  /// The byte ranges are places in `text`; they are empty for what was put around it: the begin-of-text
  /// token, a question, the turns of a chat.
  public let tokens: [Token]
  /// The SHA-256 in hexadecimal of all that the model reads before the eviction, by which exports of the same
  /// prompt know each other; of the text when nothing is put around it.
  public let hash: String
  /// A question that comes after the eviction; `nil` where it is part of the tokens, or there is none.
  public let laterQuestion: LaterQuestion?
  /// How many of the last tokens are a question and what the chat puts behind it; `nil` if the prompt ends
  /// with none.
  public let questionTokenCount: Int?
  /// The question's own tokens among them; `nil` where the prompt ends with none, and where a trace does not
  /// tell.
  public let question: QuestionTokens?
  /// How the model is asked to repeat the text.
  public private(set) var repetition: RepetitionPrompts
  /// What is put around the text.
  public let framing: PromptFraming

  /// What the model's vocabulary has no token for; `nil` when everything has one.
  public let dropped: DroppedText?

  /// `nil` where tokens came without the model.
  private let tokenizer: Tokenizer?
  /// Tokens that the model's context holds, those of an answer included; `nil` for any number.
  private var contextLength: Int?
  /// What the model reads, and each token's place in it; `nil` when that is the text itself.
  private let whole: (bytes: [UInt8], ranges: [Range<Int>])?

  /// Tokenizes a text with what is put around it.
  /// - Parameters:
  ///   - contextLength: the tokens that the model's context holds; `nil` for any number.
  ///   - answerLimit: how many of them an answer may need.
  /// - Throws: `PromptError` when nothing is left to attend to, when it is too much, or when a chat template
  ///   refuses the text.
  public init(
    name: String, text: [UInt8], tokenizer: Tokenizer, framing: PromptFraming = PromptFraming(),
    contextLength: Int? = nil,
    answerLimit: Int = 0
  ) throws {
    guard !text.isEmpty else { throw PromptError.empty(name) }
    let framed = try framing.framed(text, name: name)
    // A template writes the begin-of-text token itself.
    let bytes = Array(framed.contextBytes)
    let encoding = tokenizer.encoding(of: bytes, addingSpecialTokens: framing.chat == nil)
    let read = encoding.tokens
    guard !read.isEmpty else {
      throw encoding.dropped.isEmpty
        ? PromptError.empty(name) : .nothingKnown(name, byteCount: encoding.droppedByteCount)
    }
    try Self.check(read, of: bytes, name: name, tokenizer)
    let later = framed.questionStart.map { LaterQuestion(framed.bytes[$0...], tokenizer) }
    try later.map { try Self.check($0.tokens, of: $0.bytes, name: name, tokenizer) }
    laterQuestion = later
    dropped = DroppedText(encoding, of: bytes) ?? later?.dropped
    let count = read.count + (later?.tokens.count ?? 0)
    if let contextLength, count > contextLength - answerLimit {
      throw PromptError.tooLong(name, tokenCount: count, limit: max(0, contextLength - answerLimit))
    }
    (self.framing, self.tokenizer, self.contextLength) = (framing, tokenizer, contextLength)
    self.name = name
    self.text = framed.text ?? text
    hash = SHA256.hexadecimal(of: bytes)
    let behind = read.count { $0.byteRange.lowerBound >= framed.sourceEnd }
    questionTokenCount =
      framing.question == nil || framing.putsQuestionFirst || later != nil || behind == 0 ? nil : behind
    question = questionTokenCount.map { _ in
      QuestionTokens(framed, tokens: read, question: framing.question ?? "")
    }
    repetition = RepetitionPrompts(framed, tokens: read, tokenizer: tokenizer, framing: framing)
    if framed.pieces.map(\.range) == [self.text.indices], bytes.count == self.text.count {
      tokens = read
      whole = nil
    } else {
      tokens = read.map { Token(id: $0.id, byteRange: framed.sourceRange(of: $0.byteRange)) }
      whole = (bytes, read.map(\.byteRange))
    }
  }

  /// - Throws: `PromptError` for a token that the model has no embedding for.
  private static func check(_ tokens: [Token], of bytes: [UInt8], name: String, _ tokenizer: Tokenizer) throws
  {
    guard let foreign = tokens.first(where: { $0.id >= tokenizer.embeddedCount }) else { return }
    throw PromptError.notEmbedded(
      name, token: String(decoding: bytes[foreign.byteRange], as: UTF8.self), id: foreign.id,
      limit: tokenizer.embeddedCount)
  }

  /// The same text with another question, or with none.
  ///
  /// Cost: tokenizes all of it; a model that has read the text need read only what is new (`RunEngine.run`).
  /// - Parameter answerLimit: tokens for which the model's context must leave room.
  /// - Throws: `PromptError`.
  public func asking(_ question: String?, answerLimit: Int = 0) throws -> Prompt {
    if question == framing.question, answerRoom ?? answerLimit >= answerLimit { return self }
    var framing = framing
    framing.question = question
    if framing.asksAfterEviction, let question, !framing.questions.contains(question) {
      framing.questions.append(question)
    }
    return try framed(framing, answerLimit: answerLimit)
  }

  /// The same text with something else around it.
  /// - Parameter answerLimit: tokens for which the model's context must leave room.
  /// - Throws: `PromptError`.
  public func framed(_ other: PromptFraming, answerLimit: Int = 0) throws -> Prompt {
    guard let tokenizer else { throw PromptError.noTokenizer(name) }
    return try Prompt(
      name: name, text: source, tokenizer: tokenizer, framing: other, contextLength: contextLength,
      answerLimit: answerLimit)
  }

  /// The text's file as it was read: of a conversation that is not the text.
  public var source: [UInt8] { framing.conversation?.bytes ?? text }

  /// Whether something else can be put around the text: a trace has no tokenizer.
  public var canBeFramed: Bool { tokenizer != nil }

  /// What windows hang on, at a budget.
  public func facts(budget: Int) -> PromptFacts {
    PromptFacts(budget: budget, questionTokenCount: questionTokenCount, question: question)
  }

  /// Tokens that an answer may have, for which the model's context leaves room; `nil` for any number.
  public var answerRoom: Int? {
    contextLength.map { max(0, $0 - tokens.count - (laterQuestion?.tokens.count ?? 0)) }
  }

  /// The question that comes after the eviction, as it was asked; `nil` without one.
  public var laterQuestionText: String? {
    laterQuestion.map { framing.question ?? String(decoding: $0.bytes, as: UTF8.self) }
  }

  /// Whether another prompt is the same to a model, a question after the eviction included.
  public func asksTheSame(as other: Prompt) -> Bool {
    hash == other.hash && laterQuestion == other.laterQuestion
  }

  /// The SHA-256 in hexadecimal of the text's file alone, by which a session knows it again.
  public var textHash: String {
    whole == nil && framing.conversation == nil ? hash : Self.hash(of: source)
  }

  /// The SHA-256 in hexadecimal of any bytes.
  public static func hash(of bytes: [UInt8]) -> String { SHA256.hexadecimal(of: bytes) }

  /// All that the model reads before the eviction, as bytes: the text, and what is put around it.
  public var read: [UInt8] { whole?.bytes ?? text }

  /// A token's place in `read`.
  public func readRange(at position: Int) -> Range<Int> {
    whole?.ranges[position] ?? tokens[position].byteRange
  }

  /// Takes a prompt whose tokens are known already, without a tokenizer.
  /// - Parameters:
  ///   - pieces: the bytes of each token, in the text or in what was put around it.
  ///   - hash: the SHA-256 of what the model read; that of the text unless given.
  init(
    name: String, text: [UInt8], tokens: [Token], pieces: [[UInt8]], hash: String?, questionTokenCount: Int?,
    question: QuestionTokens? = nil, laterQuestion: LaterQuestion? = nil
  ) {
    self.name = name
    self.text = text
    self.tokens = tokens
    self.hash = hash ?? SHA256.hexadecimal(of: text)
    self.questionTokenCount = questionTokenCount
    self.question = question
    repetition = RepetitionPrompts(whole: [], part: [], suffix: [])
    (framing, tokenizer, contextLength, dropped) = (PromptFraming(), nil, nil, nil)
    self.laterQuestion = laterQuestion
    var ranges: [Range<Int>] = []
    var end = 0
    for piece in pieces {
      ranges.append(end..<end + piece.count)
      end += piece.count
    }
    whole = (Array(pieces.joined()), ranges)
  }

  /// The same tokens, which came without a tokenizer, for a model that is there: how it is asked to repeat
  /// them, and how long its answers may be. What is around the text is known as tokens only, so nothing else
  /// can be put there.
  func read(by tokenizer: Tokenizer, contextLength: Int) -> Prompt {
    var copy = self
    copy.contextLength = contextLength
    copy.repetition = RepetitionPrompts(of: tokenizer)
    return copy
  }

  /// The bytes that one token stands for, in the text or in what was put around it; empty for an added
  /// token.
  public func bytes(at position: Int) -> ArraySlice<UInt8> {
    whole.map { $0.bytes[$0.ranges[position]] } ?? text[tokens[position].byteRange]
  }
}
