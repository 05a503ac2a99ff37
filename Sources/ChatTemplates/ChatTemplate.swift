import Foundation

/// A model's chat template: turns a conversation into the text that the model was trained on.
///
/// Templates are Jinja programs that come with a model's files. This is an interpreter of the part of the
/// language that they use, with the settings that `transformers` gives it (`trim_blocks` and
/// `lstrip_blocks`). A template comes from outside: whatever it does, rendering ends, with a text or
/// with an error, after limited work, memory and recursion.
package struct ChatTemplate: Sendable {
  private let body: [Statement]
  private let names: [NameUse]
  /// How many steps a rendering may take, which is a lot in a debug build.
  package var stepLimit = Budget.stepLimit

  /// Reads a template.
  /// - Throws: `TemplateError` for a source that is no template, or that has unknown statements. Unknown
  ///   filters, tests and functions are errors when rendering comes to them: a template may have branches
  ///   that nobody needs.
  package init(_ source: String) throws {
    var lexer = try Lexer(source)
    var parser = Parser(try lexer.tokens())
    body = try parser.template()
    names = parser.names
  }

  /// What every conversation gives to a template.
  package static let givenNames: Set<String> = ["messages", "add_generation_prompt", "tools", "documents"]

  /// Whether the template reads a name anywhere: a variable of any other name changes nothing.
  package func reads(_ name: String) -> Bool { names.contains { $0.isRead && $0.name.string == name } }

  /// The variables that the template asks for beside the conversation and the special tokens, in the order
  /// of the alphabet.
  package var ownVariables: [String] {
    let given = Set(Self.givenNames.map { Text($0) }).union(["loop", "caller", "varargs", "kwargs"])
    return NameUse.read(Set(names.map(\.name)).subtracting(given).subtracting(Functions.names), in: names)
      .map(\.string).filter { !$0.hasSuffix("_token") }.sorted()
  }

  /// Renders a conversation.
  ///
  /// The template finds the conversation as `messages`, and what is in `variables` by its name; `tools`
  /// and `documents` are `none` unless they are given.
  /// - Parameters:
  ///   - addGenerationPrompt: whether the text ends with the beginning of the assistant's turn.
  ///   - variables: `bos_token`, `eos_token` and the like.
  ///   - date: what the template takes for the current time, in the system's time zone.
  /// - Throws: `TemplateError`.
  package func rendered(
    messages: [ChatMessage], addGenerationPrompt: Bool = true, variables: [String: TemplateValue] = [:],
    date: Date = Date()
  ) throws -> String {
    var given: [String: TemplateValue] = ["tools": .none, "documents": .none]
    given.merge(variables) { _, new in new }
    given["messages"] = .list(messages.map { .mapping($0.fields) })
    given["add_generation_prompt"] = .bool(addGenerationPrompt)
    return try Renderer(variables: given, date: date, stepLimit: stepLimit).render(body)
  }
}

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
