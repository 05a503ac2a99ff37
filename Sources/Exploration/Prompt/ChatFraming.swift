import ChatTemplates
import Checkpoint

/// Makes a text the user's turn, by a chat template, and finds it again in what the template has made of it.
///
/// A template is a program, which says nothing about where its output comes from. So it is run with a
/// mark in the place of the text as well: what stands around the mark stands around the text. That this
/// is so is checked; templates that treat some texts in other ways are refused for these.
struct ChatFraming {
  /// Two private characters, which are in no template and no text of a system's turn.
  private static let mark = "\u{10FFFD}\u{10FFFC}"

  private let rendering: ChatRendering
  private let system: String?
  private let name: String

  /// - Throws: `PromptError.template` when the template cannot be read.
  init(_ file: ChatTemplateFile, system: String?, variables: TemplateVariables, name: String) throws {
    rendering = try ChatRendering(file, variables: variables)
    (self.system, self.name) = (system, name)
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

    let system =
      system?.isEmpty == true
      ? rendering.quietSystem { system in
        (try? surroundings(of: Self.mark, system: system)).map { $0.before.count + $0.after.count }
      } : system
    let around = try surroundings(of: leading + Self.mark + trailing, system: system)
    let aroundBare = try surroundings(of: Self.mark, system: system)
    let expected = around.before + String(scalars[first...last]).utf8 + around.after
    guard try rendered(text, system: system) == expected else {
      throw PromptError.changedByTemplate(name, file: rendering.file.path)
    }

    // Templates that trim a turn take the text's outer space away.
    let keepsLeading = around.before == aroundBare.before + leading.utf8
    let keepsTrailing = around.after == trailing.utf8 + aroundBare.after
    let kept =
      (keepsLeading ? 0 : leading.utf8.count)..<content.bytes.count
      - (keepsTrailing ? 0 : trailing.utf8.count)
    let shift = around.before.count - leading.utf8.count
    return FramedText(
      bytes: around.before + core + around.after,
      pieces: content.pieces.map { piece in
        let source = piece.range.clamped(to: kept)
        return .init(
          range: source.lowerBound + shift..<source.upperBound + shift,
          start: source.lowerBound - piece.range.lowerBound + piece.start)
      },
      turn: aroundBare.before.count..<around.before.count + core.count + around.after.count
        - aroundBare.after.count,
      questionStart: content.questionStart.map {
        // A question of space alone may have been trimmed away.
        min($0 + shift, around.before.count + core.count + around.after.count - aroundBare.after.count)
      })
  }

  private func rendered(_ content: String, system: String?) throws -> [UInt8] {
    try rendering.rendered([ChatMessage(role: "user", content: content)], system: system)
  }

  /// What the template puts before and after the mark.
  private func surroundings(of marked: String, system: String?) throws -> (before: [UInt8], after: [UInt8]) {
    let bytes = try rendered(marked, system: system)
    let mark = Array(Self.mark.utf8)
    let places = bytes.indices.filter { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }
    guard places.count == 1, let place = places.first else {
      throw PromptError.changedByTemplate(name, file: rendering.file.path)
    }
    return (Array(bytes[..<place]), Array(bytes[(place + mark.count)...]))
  }
}
