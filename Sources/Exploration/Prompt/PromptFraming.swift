import Checkpoint
import Eviction

/// What is put around a text before a model reads it: a question, and the turns of a chat.
public struct PromptFraming: Sendable {
  /// What is asked about the text.
  public var question: String?
  /// Whether the question stands before the text, not after it.
  public var putsQuestionFirst: Bool
  /// Whether the question comes after the eviction: policies see the text alone, and the question is put to
  /// what they have kept. Not with a question before the text.
  public var asksAfterEviction: Bool
  /// Questions that are put one by one to what was kept of the text, the current one among them; only with
  /// `asksAfterEviction`.
  public var questions: [String]
  /// The byte of the text with which its question begins, where the text itself ends with one; only with
  /// `asksAfterEviction`.
  public var questionOffset: Int?
  /// The model's template, by which text and question become a user's turn; `nil` for no chat.
  public var chat: ChatTemplateFile?
  /// The system's turn before the user's; only with `chat`. `nil` leaves it to the template, which may have
  /// one of its own; with an empty text there is none where the template can do without, and else one that
  /// says nothing.
  public var system: String?
  /// What the template is told beside the conversation; only with `chat`.
  public var variables: TemplateVariables
  /// The conversation that the text is, all of whose turns the template frames; only with `chat`. `nil` for a
  /// text that becomes one turn.
  public var conversation: Conversation?
  /// What every answer begins with, as it is typed: it stands at the end of all that the model reads, behind
  /// the beginning of an answer in a chat, and behind a question that comes after the eviction.
  public var answerPrefix: String?

  /// Frames a text; nothing is put around it unless it is said.
  public init(
    question: String? = nil, putsQuestionFirst: Bool = false, asksAfterEviction: Bool = false,
    questions: [String] = [], questionOffset: Int? = nil, chat: ChatTemplateFile? = nil,
    system: String? = nil, variables: TemplateVariables = TemplateVariables(),
    conversation: Conversation? = nil, answerPrefix: String? = nil
  ) {
    self.question = question
    self.putsQuestionFirst = putsQuestionFirst
    self.asksAfterEviction = asksAfterEviction
    self.questions = questions
    self.questionOffset = questionOffset
    self.chat = chat
    self.system = system
    self.variables = variables
    self.conversation = conversation
    self.answerPrefix = answerPrefix
  }

  /// The text with its question, an empty line between them, and then with the turns around both, and the
  /// answer's beginning behind all.
  /// - Throws: `PromptError`, `ConversationError`.
  func framed(_ text: [UInt8], name: String) throws -> FramedText {
    try inTurns(text, name: name).answering(with: answerPrefix ?? "")
  }

  private func inTurns(_ text: [UInt8], name: String) throws -> FramedText {
    guard let chat else { return asked(text) }
    guard let conversation else {
      return try ChatFraming(chat, system: system, variables: variables, name: name).framed(asked(text))
    }
    guard !putsQuestionFirst || question == nil else { throw PromptError.questionFirstInConversation(name) }
    var framed = try ConversationFraming(
      conversation, question: question, by: chat, system: system, variables: variables, name: name
    ).framed()
    if !asksAfterEviction { framed.questionStart = nil }
    return framed
  }

  private func asked(_ text: [UInt8]) -> FramedText {
    guard let question else {
      let start = asksAfterEviction ? questionOffset.map { min(max(0, $0), text.count) } : nil
      return FramedText(
        bytes: text, pieces: [.init(range: text.indices, start: 0)], turn: text.indices, questionStart: start)
    }
    let asked = Array(question.utf8)
    let (first, second) = putsQuestionFirst ? (asked, text) : (text, asked)
    let newlines = first.reversed().prefix(2).prefix { $0 == 0x0A }.count
    let start = first + [UInt8](repeating: 0x0A, count: 2 - newlines)
    let source = putsQuestionFirst ? start.count..<start.count + text.count : 0..<text.count
    return FramedText(
      bytes: start + second, pieces: [.init(range: source, start: 0)], turn: 0..<start.count + second.count,
      questionStart: asksAfterEviction && !putsQuestionFirst ? start.count : nil)
  }
}

extension QuestionTokens {
  /// Finds a question that stands behind a text: not the empty line before it, nor what a template puts
  /// behind.
  init(_ framed: FramedText, tokens: [Token], question: String) {
    let end = framed.turn.upperBound
    let start = max(framed.sourceEnd, end - question.utf8.count)
    let behind = tokens.count { $0.byteRange.lowerBound >= end }
    let own = tokens.count { $0.byteRange.lowerBound < end && $0.byteRange.upperBound > start }
    self.init(count: own, behind: behind)
  }
}

extension RepetitionPrompts {
  /// Asks for a repetition where nothing is known of a chat around the text.
  init(of tokenizer: Tokenizer) {
    func ids(_ text: String) -> [Int] {
      tokenizer.encode(Array(text.utf8), addingSpecialTokens: false).map(\.id)
    }
    self.init(whole: ids(Self.wholeText), part: ids(Self.partText), suffix: ids(Self.plainSuffix))
  }

  /// Asks for a prompt's repetition as its own turn was made: what ends the user's turn in a chat ends the
  /// request, too.
  ///
  /// Without a chat, a line's end does, as in kvpress for models without a template. What the template puts
  /// before the user's turn is not repeated; a system's turn, which says something of its own, is, and the
  /// template around it.
  init(_ framed: FramedText, tokens: [Token], tokenizer: Tokenizer, framing: PromptFraming) {
    func ids(_ text: some Sequence<UInt8>) -> [Int] {
      tokenizer.encode(Array(text), addingSpecialTokens: false).map(\.id)
    }
    let isChat = framing.chat != nil
    let isPlain = !isChat || framing.system?.isEmpty == false
    self.init(
      whole: ids(Self.wholeText.utf8), part: ids(Self.partText.utf8),
      suffix: isChat
        ? ids(framed.bytes[framed.turn.upperBound..<framed.answerStart]) : ids(Self.plainSuffix.utf8),
      prefixCount: isPlain ? 0 : tokens.prefix { $0.byteRange.upperBound <= framed.turn.lowerBound }.count)
  }
}
