import ChatTemplates

/// Reads the messages of a conversation, and says which of them is none, and what of it.
struct ConversationReader {
  let file: String

  /// More messages than any context holds.
  private static let limit = 10_000

  /// - Parameter place: what the list is called; nothing, if the file is the list.
  /// - Throws: `ConversationError`.
  func messages(_ list: [TemplateValue], at place: String) throws -> [Conversation.Message] {
    guard list.count <= Self.limit else {
      throw error(
        place.isEmpty ? "the list" : place,
        "\(list.count) messages were found, and at most \(Self.limit) are read; leave some out")
    }
    let messages = try list.enumerated().map { try message($0.element, at: "\(place)[\($0.offset)]") }
    guard messages.contains(where: { $0.content.contains { !$0.isWhitespace } }) else {
      throw error(place.isEmpty ? "the list" : place, "no message says anything; give one a content")
    }
    return messages
  }

  private func message(_ value: TemplateValue, at place: String) throws -> Conversation.Message {
    guard case .mapping(let members) = value else {
      throw error(place, "a message with 'role' and 'content' was expected, and \(value.kind) was found")
    }
    guard let given = value.member("role") else {
      throw error(place, "the message has no 'role'; give it one, as \"user\"")
    }
    guard case .string(let role) = given, !role.isEmpty else {
      throw error("\(place).role", "a role as \"user\" was expected, and \(given.kind) was found")
    }
    let others = members.filter { !["role", "content", "tool_calls"].contains($0.key) }
    let calls = value.member("tool_calls").map { [(key: "tool_calls", value: $0.withParsedArguments)] } ?? []
    return Conversation.Message(
      role: role, content: try content(of: value, role: role, at: place), others: others + calls)
  }

  /// What a message says: a text, or parts of text, each on lines of its own.
  private func content(of message: TemplateValue, role: String, at place: String) throws -> String {
    switch message.member("content") {
    case .string(let text)?: return text
    case .list(let parts)?:
      return try parts.enumerated().map { try part($0.element, at: "\(place).content[\($0.offset)]") }
        .joined(separator: "\n")
    case nil, TemplateValue.none?:
      // A message that calls tools need say nothing.
      guard message.member("tool_calls") != nil else {
        throw error(place, "the \(role)'s message has no 'content'; give it a text, or leave the message out")
      }
      return ""
    case let other?:
      throw error(
        "\(place).content",
        "a text or a list of {\"type\": \"text\", \"text\": …} was expected, and \(other.kind) was found")
    }
  }

  private func part(_ part: TemplateValue, at place: String) throws -> String {
    guard case .mapping = part else {
      throw error(place, "{\"type\": \"text\", \"text\": …} was expected, and \(part.kind) was found")
    }
    guard case .string("text")? = part.member("type") else {
      let found = part.member("type").map { type in
        if case .string(let name) = type { "\"\(name)\"" } else { type.kind }
      }
      throw error(
        "\(place).type",
        "\"text\" was expected, and \(found ?? "nothing") was found: only texts are read; leave the part out")
    }
    guard case .string(let text)? = part.member("text") else {
      throw error(
        "\(place).text", "a text was expected, and \(part.member("text")?.kind ?? "nothing") was found")
    }
    return text
  }

  private func error(_ place: String, _ reason: String) -> ConversationError {
    ConversationError(file: file, place: place, reason: reason)
  }
}

extension TemplateValue {
  /// What it is, for a sentence about what was found.
  fileprivate var kind: String {
    switch self {
    case .none: "null"
    case .bool: "true or false"
    case .integer, .number: "a number"
    case .string(let text): text.isEmpty ? "an empty text" : "a text"
    case .list: "a list"
    case .mapping: "an object"
    }
  }

  /// Calls of tools with their arguments as values: requests have them as a text of JSON, templates print
  /// them as JSON themselves.
  fileprivate var withParsedArguments: TemplateValue {
    switch self {
    case .list(let calls): .list(calls.map(\.withParsedArguments))
    case .mapping(let members):
      .mapping(
        members.map { key, value in
          switch (key, value) {
          case ("function", _): (key, value.withParsedArguments)
          case ("arguments", .string(let text)):
            (key, (try? JSONReader.value(of: Array(text.utf8))).flatMap { $0.isMapping ? $0 : nil } ?? value)
          default: (key, value)
          }
        })
    default: self
    }
  }

  private var isMapping: Bool { if case .mapping = self { true } else { false } }
}

/// What is wrong with a list of messages; the sentence says which file, where, and what to do.
public struct ConversationError: Error, Hashable, CustomStringConvertible {
  let file: String
  let place: String
  let reason: String

  /// The sentence that a person reads.
  public var description: String {
    "\(file): a damaged list of messages, at \(place): \(reason) (without --chat the file is read as a text)"
  }
}
