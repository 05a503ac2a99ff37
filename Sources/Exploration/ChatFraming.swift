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
  private let name: String
  private let template: ChatTemplate
  /// One time for all renderings, which are compared.
  private let date = Date()

  /// - Throws: `PromptError.template` when the template cannot be read.
  init(_ file: ChatTemplateFile, system: String?, name: String) throws {
    self.file = file
    self.system = system
    self.name = name
    template = try Self.naming(file) { try ChatTemplate(file.source) }
  }

  /// - Throws: `PromptError`.
  func framed(_ content: FramedText) throws -> FramedText {
    let text = String(decoding: content.bytes, as: UTF8.self)
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { throw PromptError.empty(name) }
    let leading = String(scalars[..<first])
    let trailing = String(scalars[scalars.index(after: last)...])
    // Spaces are the same bytes in the text as it was read, valid UTF-8 or not.
    let core = content.bytes[leading.utf8.count..<content.bytes.count - trailing.utf8.count]

    let around = try surroundings(of: leading + Self.mark + trailing)
    let aroundBare = try surroundings(of: Self.mark)
    let expected = around.before + String(scalars[first...last]).utf8 + around.after
    guard try Array(rendered(text).utf8) == expected else { throw PromptError.changedByTemplate(name, file: file.path) }

    // Templates that trim a turn take the text's outer space away.
    let keepsLeading = around.before == aroundBare.before + leading.utf8
    let keepsTrailing = around.after == trailing.utf8 + aroundBare.after
    let kept = (keepsLeading ? 0 : leading.utf8.count)..<content.bytes.count - (keepsTrailing ? 0 : trailing.utf8.count)
    let source = content.source.clamped(to: kept)
    let shift = around.before.count - leading.utf8.count
    return FramedText(
      bytes: around.before + core + around.after,
      source: source.lowerBound + shift..<source.upperBound + shift,
      sourceStart: source.lowerBound - content.source.lowerBound + content.sourceStart,
      turn: aroundBare.before.count..<around.before.count + core.count + around.after.count - aroundBare.after.count)
  }

  private func rendered(_ content: String) throws -> String {
    let turns = (system.map { [ChatMessage(role: "system", content: $0)] } ?? [])
      + [ChatMessage(role: "user", content: content)]
    return try Self.naming(file) {
      try template.rendered(
        messages: turns, addGenerationPrompt: true, variables: file.tokens.mapValues { .string($0) }, date: date)
    }
  }

  /// What the template puts before and after the mark.
  private func surroundings(of marked: String) throws -> (before: [UInt8], after: [UInt8]) {
    let bytes = Array(try rendered(marked).utf8)
    let mark = Array(Self.mark.utf8)
    let places = bytes.indices.filter { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }
    guard places.count == 1, let place = places.first else {
      throw PromptError.changedByTemplate(name, file: file.path)
    }
    return (Array(bytes[..<place]), Array(bytes[(place + mark.count)...]))
  }

  private static func naming<Result>(_ file: ChatTemplateFile, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as TemplateError {
      throw PromptError.template(file.path, reason: error.description)
    }
  }
}
