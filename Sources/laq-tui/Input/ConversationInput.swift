import ArgumentParser
import Exploration

/// What a text is, that may be a list of messages: a conversation with `--chat`, and without it a text like
/// others, of which a person is told.
///
/// What was read decides, not a path: a session's text and standard input may be conversations, too.
struct ConversationInput {
  /// The conversation; `nil` for a text that becomes one turn, and without a chat.
  let conversation: Conversation?
  private let hint: String?

  /// - Throws: `ConversationError` for a damaged list of messages in a chat.
  init(_ bytes: [UInt8], name: String, isChat: Bool) throws {
    guard !isChat else {
      (conversation, hint) = (try Conversation(bytes, name: name), nil)
      return
    }
    conversation = nil
    do {
      let read = try Conversation(bytes, name: name)
      hint = read.map {
        "\(name) is a list of \(Self.messages($0.count)), read as a text as it stands; --chat makes them a conversation"
      }
    } catch is ConversationError {
      hint =
        "\(name) looks like a list of messages, and is read as a text as it stands; --chat says what is wrong with it"
    }
  }

  /// Whether the conversation has what `--system` would say.
  var hasSystem: Bool { conversation?.hasSystem ?? false }

  /// Why `--system` is refused beside such a conversation.
  static let twoSystems = ValidationError(
    "The conversation has a system's turn of its own: leave out --system, or take that turn out of the file.")

  /// What a person should know.
  /// - Parameter asks: whether there is a question behind the conversation.
  func notices(asks: Bool) -> [String] {
    guard let conversation, conversation.endsWithAnswer, !asks else { return hint.map { [$0] } ?? [] }
    return [
      "the conversation ends with the assistant's turn, and gets one more; --question asks something first"
    ]
  }

  private static func messages(_ count: Int) -> String { count == 1 ? "1 message" : "\(count) messages" }
}
