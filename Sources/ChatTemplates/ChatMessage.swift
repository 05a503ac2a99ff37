/// One message of a conversation.
public struct ChatMessage: Sendable {
  /// What the template finds in the message, in order: `role`, `content` and whatever else.
  public let fields: [(key: String, value: TemplateValue)]

  /// A message of a role (`system`, `user`, `assistant`).
  public init(role: String, content: String) {
    fields = [("role", .string(role)), ("content", .string(content))]
  }

  /// A message with fields of its own, such as `reasoning_content` or `tool_calls`.
  public init(fields: [(key: String, value: TemplateValue)]) {
    self.fields = fields
  }
}
