import ChatTemplates

/// A conversation as programs that use chat models write it: a JSON list of messages, each with a role and
/// a content, or a whole request with such a list as its `messages`.
///
/// The model's own template makes it what the model reads, with all its roles; a template that knows no such
/// role refuses it in its own words.
public struct Conversation: Sendable {
  /// The file as it was read.
  public let bytes: [UInt8]
  let messages: [Message]
  /// A request's `tools`, which a template may list; `nil` without any.
  let tools: TemplateValue?

  /// One message.
  struct Message: Sendable {
    let role: String
    /// What it says; empty where it only calls tools.
    let content: String
    /// All that a template finds beside role and content, in the file's order.
    let others: [(key: String, value: TemplateValue)]

    /// The message with something else as its content.
    func saying(_ content: String) -> ChatMessage {
      ChatMessage(fields: [("role", .string(role)), ("content", .string(content))] + others)
    }
  }

  /// Reads a text that is a list of messages; `nil` for every other one, JSON of another kind included.
  /// - Parameter name: what errors call the text.
  /// - Throws: `ConversationError` for one that is meant to be such a list, and is none.
  public init?(_ bytes: [UInt8], name: String) throws {
    guard Self.mayBegin(bytes) else { return nil }
    guard !Self.isLines(name) else {
      let first = bytes.split(separator: 0x0A, maxSplits: 1).first.map { Array($0) } ?? []
      guard try Conversation(first, name: "the first line") != nil else { return nil }
      throw ConversationError(
        file: name, place: "line 1",
        reason: "one conversation was expected, and lines of JSON were found; put one line into a .json file")
    }
    let value: TemplateValue
    do { value = try JSONReader.value(of: bytes) } catch let failure as JSONReader.Failure {
      guard Self.namesRoles(bytes) else { return nil }
      let place = "line \(failure.line), column \(failure.column)"
      throw ConversationError(file: name, place: place, reason: "it is no JSON: \(failure.reason)")
    }
    guard let (list, place) = Self.messages(in: value), list.contains(where: Self.isMessage) else {
      return nil
    }
    let reader = ConversationReader(file: name)
    messages = try reader.messages(list, at: place)
    if case .list(let listed)? = value.member("tools"), !listed.isEmpty {
      tools = .list(listed)
    } else {
      tools = nil
    }
    self.bytes = bytes
  }

  /// How many messages there are.
  public var count: Int { messages.count }
  /// Whether the system has a turn of its own in it.
  public var hasSystem: Bool { messages.first.map { ["system", "developer"].contains($0.role) } ?? false }
  /// Whether it ends with what the model has said: nothing in it is left to be answered.
  public var endsWithAnswer: Bool { messages.last?.role == "assistant" }

  /// The bytes of a text that are looked at for what a list of messages that is no JSON would have.
  private static let lookedAt = 1 << 16

  /// Whether a file has one JSON value per line by its ending: several conversations, even if there is one.
  private static func isLines(_ name: String) -> Bool {
    [".jsonl", ".ndjson"].contains { name.lowercased().hasSuffix($0) }
  }

  private static func mayBegin(_ bytes: [UInt8]) -> Bool {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let first = bytes[start...].first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    return first == UInt8(ascii: "[") || first == UInt8(ascii: "{")
  }

  /// Whether a text that is no JSON has a key 'role' with one of the usual roles.
  private static func namesRoles(_ bytes: [UInt8]) -> Bool {
    let text = String(decoding: bytes.prefix(lookedAt), as: UTF8.self)
    return text.contains(/"role"\s*:\s*"(system|developer|user|assistant|tool)"/)
  }

  /// The list of messages, and what its place is called.
  private static func messages(in value: TemplateValue) -> ([TemplateValue], String)? {
    switch value {
    case .list(let list): (list, "")
    case .mapping:
      if case .list(let list)? = value.member("messages") { (list, "messages") } else { nil }
    default: nil
    }
  }

  /// Whether a value is meant to be a message: lists of other things may have roles, too.
  private static func isMessage(_ value: TemplateValue) -> Bool {
    guard let role = value.member("role") else { return false }
    if value.member("content") != nil || value.member("tool_calls") != nil { return true }
    guard case .string(let name) = role else { return false }
    return ["system", "developer", "user", "assistant", "tool"].contains(name)
  }
}

extension TemplateValue {
  /// A member of an object; `nil` where there is none, and for what is no object.
  func member(_ key: String) -> TemplateValue? {
    guard case .mapping(let members) = self else { return nil }
    return members.last { $0.key == key }?.value
  }
}
