/// One message of a conversation.
package struct ChatMessage: Sendable {
  /// What the template finds in the message, in order: `role`, `content` and whatever else.
  package let fields: [(key: String, value: TemplateValue)]

  /// A message of a role (`system`, `user`, `assistant`).
  package init(role: String, content: String) {
    fields = [("role", .string(role)), ("content", .string(content))]
  }

  /// A message with fields of its own, such as `reasoning_content` or `tool_calls`.
  package init(fields: [(key: String, value: TemplateValue)]) {
    self.fields = fields
  }
}
