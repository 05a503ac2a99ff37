/// Why a text cannot be explored; the sentence says which file, what was expected and what to do.
public enum PromptError: Error, Equatable, CustomStringConvertible {
  /// There is no such file.
  case missing(String)
  /// The path names a folder or a device.
  case notAFile(String)
  /// The file may not be read, or reading failed.
  case unreadable(String, reason: String)
  /// No bytes, or no tokens.
  case empty(String)
  /// Only spaces and line breaks, of which a chat's turn keeps none.
  case blank(String)
  /// The model's vocabulary has no token for anything in the text.
  case nothingKnown(String, byteCount: Int)
  /// A token that the tokenizer has and the model does not.
  case notEmbedded(String, token: String, id: Int, limit: Int)
  /// More bytes than any supported context could hold.
  case tooLarge(String, byteCount: Int, limit: Int)
  /// More tokens than the model's context holds, with room for an answer.
  case tooLong(String, tokenCount: Int, limit: Int)
  /// The tokens came without the model, so that nothing can be added to them.
  case noTokenizer(String)
  /// The model has no chat template.
  case noTemplate(model: String)
  /// The chat template cannot be read, or refuses the conversation.
  case template(String, reason: String)
  /// A question before a conversation, which has an order of its own.
  case questionFirstInConversation(String)
  /// The chat template changes the text, so that tokens cannot be traced back to it.
  case changedByTemplate(String, file: String)

  /// The sentence that a person reads: what was expected, what was found, and what to do.
  public var description: String {
    switch self {
    case .missing(let name):
      "\(name): there is no such file; check the path, or use '-' to read standard input"
    case .notAFile(let name):
      "\(name): this is a folder or a device, and a text file was expected"
    case .unreadable(let name, let reason):
      "\(name): cannot be read (\(reason)); check its permissions"
    case .empty(let name):
      "\(name): the text is empty; give a text of at least one character"
    case .blank(let name):
      """
      \(name): the text is only spaces and line breaks, which chat templates cut off a message; \
      run it without --chat, or give a text with a visible character
      """
    case .nothingKnown(let name, let byteCount):
      """
      \(name): this model's vocabulary has no token for any of the \(byteCount) bytes of the text; \
      give a text that its tokenizer knows, or choose another model
      """
    case .notEmbedded(let name, let token, let id, let limit):
      """
      \(name): the text has the token \(token.isEmpty ? "" : "'\(token)' ")of id \(id), which the tokenizer has and this \
      model has not (its embedding has rows for 0 to \(limit - 1)); take it out of the text, or choose another model
      """
    case .tooLarge(let name, let byteCount, let limit):
      """
      \(name): \(byteCount >> 20) MiB is more than a context can hold; \
      texts of up to \(limit >> 20) MiB are read, so give an extract
      """
    case .tooLong(let name, let tokenCount, let limit):
      """
      \(name): the text has \(tokenCount) tokens, and this model has room for \(limit) and an answer; \
      shorten the text, ask for a shorter answer (--steps), or use a model with a longer context
      """
    case .noTokenizer(let name):
      "\(name): another question needs the model, which a trace does not hold; record a trace with that question"
    case .noTemplate(let model):
      """
      \(model): this model has no chat template (chat_template.jinja, chat_template in tokenizer_config.json, or \
      tokenizer.chat_template in a GGUF file); leave out --chat, or choose a model that was trained for chats
      """
    case .template(let file, let reason): "\(file): \(reason)"
    case .questionFirstInConversation(let name):
      """
      \(name): a question cannot stand before a conversation, whose turns have their order; leave out \
      --question-first, and the question comes behind the last turn
      """
    case .changedByTemplate(let name, let file):
      """
      \(name): the chat template of \(file) does not print this text as it is, so its tokens cannot be traced \
      back to it; leave out --chat
      """
    }
  }
}
