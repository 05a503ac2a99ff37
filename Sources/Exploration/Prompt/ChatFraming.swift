import ChatTemplates
import Checkpoint
import Foundation

/// Makes a text the user's turn, by a chat template, and finds it again in what the template has made of it.
///
/// A template is a program, which says nothing about where its output comes from. So it is run with a
/// mark in the place of the text as well: what stands around the mark stands around the text. That this
/// is so is checked; templates that treat some texts in other ways are refused for these.
struct ChatFraming {
  /// Two private characters, which are in no template and no text of a system's turn.
  private static let mark = "\u{10FFFD}\u{10FFFC}"

  private let file: ChatTemplateFile
  private let system: String?
  private let variables: [String: TemplateValue]
  private let name: String
  private let template: ChatTemplate
  /// One time for all renderings, which are compared.
  private let date = Date()

  /// - Throws: `PromptError.template` when the template cannot be read.
  init(_ file: ChatTemplateFile, system: String?, variables: TemplateVariables, name: String) throws {
    self.file = file
    self.name = name
    self.variables = file.tokens.mapValues { .string($0) }.merging(variables.templateValues) { _, own in own }
    self.system = system
    template = try file.template()
  }

  /// - Throws: `PromptError`.
  func framed(_ content: FramedText) throws -> FramedText {
    let text = String(decoding: content.bytes, as: UTF8.self)
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { throw text.isEmpty ? PromptError.empty(name) : .blank(name) }
    let leading = String(scalars[..<first])
    let trailing = String(scalars[scalars.index(after: last)...])
    // Spaces are the same bytes in the text as it was read, valid UTF-8 or not.
    let core = content.bytes[leading.utf8.count..<content.bytes.count - trailing.utf8.count]

    let system = system?.isEmpty == true ? quietSystem() : system
    let around = try surroundings(of: leading + Self.mark + trailing, system: system)
    let aroundBare = try surroundings(of: Self.mark, system: system)
    let expected = around.before + String(scalars[first...last]).utf8 + around.after
    guard try Array(rendered(text, system: system).utf8) == expected else {
      throw PromptError.changedByTemplate(name, file: file.path)
    }

    // Templates that trim a turn take the text's outer space away.
    let keepsLeading = around.before == aroundBare.before + leading.utf8
    let keepsTrailing = around.after == trailing.utf8 + aroundBare.after
    let kept =
      (keepsLeading ? 0 : leading.utf8.count)..<content.bytes.count
      - (keepsTrailing ? 0 : trailing.utf8.count)
    let source = content.source.clamped(to: kept)
    let shift = around.before.count - leading.utf8.count
    return FramedText(
      bytes: around.before + core + around.after,
      source: source.lowerBound + shift..<source.upperBound + shift,
      sourceStart: source.lowerBound - content.source.lowerBound + content.sourceStart,
      turn: aroundBare.before.count..<around.before.count + core.count + around.after.count
        - aroundBare.after.count,
      questionStart: content.questionStart.map {
        // A question of space alone may have been trimmed away.
        min($0 + shift, around.before.count + core.count + around.after.count - aroundBare.after.count)
      })
  }

  private func rendered(_ content: String, system: String?) throws -> String {
    let turns =
      (system.map { [ChatMessage(role: "system", content: $0)] } ?? [])
      + [ChatMessage(role: "user", content: content)]
    return try file.naming {
      try template.rendered(messages: turns, addGenerationPrompt: true, variables: variables, date: date)
    }
  }

  /// The system's message that makes the template say least where the system is to say nothing: none, unless
  /// the template then puts a text of its own in its place, which an empty message takes away.
  private func quietSystem() -> String? {
    func byteCount(_ system: String?) -> Int? {
      guard let around = try? surroundings(of: Self.mark, system: system) else { return nil }
      return around.before.count + around.after.count
    }
    guard let empty = byteCount("") else { return nil }
    guard let none = byteCount(nil) else { return "" }
    return empty < none ? "" : nil
  }

  /// What the template puts before and after the mark.
  private func surroundings(of marked: String, system: String?) throws -> (before: [UInt8], after: [UInt8]) {
    let bytes = Array(try rendered(marked, system: system).utf8)
    let mark = Array(Self.mark.utf8)
    let places = bytes.indices.filter { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }
    guard places.count == 1, let place = places.first else {
      throw PromptError.changedByTemplate(name, file: file.path)
    }
    return (Array(bytes[..<place]), Array(bytes[(place + mark.count)...]))
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
