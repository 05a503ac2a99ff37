import ChatTemplates
import Checkpoint
import Foundation

/// A chat template with all that it is told beside the messages, which is the same for each rendering: what
/// comes of several is compared.
struct ChatRendering {
  /// The template's file, which errors name.
  let file: ChatTemplateFile
  private let variables: [String: TemplateValue]
  private let template: ChatTemplate
  /// One time for all renderings.
  private let date = Date()

  /// - Parameter tools: what a conversation's request lists; `nil` without any.
  /// - Throws: `PromptError.template` when the template cannot be read.
  init(_ file: ChatTemplateFile, variables: TemplateVariables, tools: TemplateValue? = nil) throws {
    self.file = file
    var given = file.tokens.mapValues { TemplateValue.string($0) }
    given["tools"] = tools
    self.variables = given.merging(variables.templateValues) { _, own in own }
    template = try file.template()
  }

  /// The conversation as the model reads it, with the beginning of its answer.
  /// - Parameter system: the system's turn before the messages; `nil` for none.
  /// - Throws: `PromptError.template`.
  func rendered(_ messages: [ChatMessage], system: String?) throws -> [UInt8] {
    let turns = (system.map { [ChatMessage(role: "system", content: $0)] } ?? []) + messages
    return try file.naming {
      Array(
        try template.rendered(messages: turns, addGenerationPrompt: true, variables: variables, date: date)
          .utf8)
    }
  }

  /// The system's message that makes the template say least where the system is to say nothing: none, unless
  /// the template then puts a text of its own in its place, which an empty message takes away.
  /// - Parameter byteCount: how much the template says with a system's message; `nil` where it refuses it.
  func quietSystem(_ byteCount: (String?) -> Int?) -> String? {
    guard let empty = byteCount("") else { return nil }
    guard let none = byteCount(nil) else { return "" }
    return empty < none ? "" : nil
  }
}

extension ChatTemplateFile {
  /// Refuses variables that the template reads nowhere: they would change nothing.
  /// - Throws: `TemplateVariableError.unknown`, `PromptError.template`.
  public func check(_ variables: TemplateVariables) throws {
    let template = try template()
    let unknown = variables.names.filter { !template.reads($0) }
    guard unknown.isEmpty else {
      throw TemplateVariableError.unknown(unknown, file: path, known: template.ownVariables)
    }
  }

  fileprivate func template() throws -> ChatTemplate { try naming { try ChatTemplate(source) } }

  /// Names the file in what is wrong with its template.
  fileprivate func naming<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as TemplateError {
      throw PromptError.template(path, reason: error.description)
    }
  }
}
