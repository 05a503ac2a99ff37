import Exploration
import Foundation
import Screen
import Views

/// A session's text: its file as it is now, or what the session itself holds.
struct SessionText {
  /// The file; `nil` where the session holds the text.
  let path: String?
  let name: String
  let text: [UInt8]
  /// Whether it is what it was.
  let isUnchanged: Bool
  /// What a person should know when it is not.
  let warning: String?

  /// - Throws: `SessionFileError`, `PromptError`.
  init(_ file: SessionFile, path session: String) throws {
    let kept = file.source.text
    guard let given = kept.path else {
      guard
        let bytes = kept.content.map({ Array($0.utf8) })
          ?? kept.base64.flatMap({ Data(base64Encoded: $0) }).map(Array.init)
      else {
        throw SessionFileError.malformed(
          session, place: "source.text", reason: "a path, a content or a base64 was expected")
      }
      guard Prompt.hash(of: bytes) == kept.sha256 else { throw SessionFileError.damagedText(session) }
      (path, text, isUnchanged, warning) = (nil, bytes, true, nil)
      name = kept.name ?? "standard input"
      return
    }
    let resolved = file.path(given, of: session)
    do { (name, text) = try PromptReader.read(resolved) } catch {
      throw SessionTextError(session: session, reason: String(describing: error))
    }
    path = resolved
    isUnchanged = Prompt.hash(of: text) == kept.sha256
    let hasEdits = (file.setup.policies + (file.other?.policies ?? [])).contains {
      $0.edits?.isEmpty == false
    }
    warning =
      isUnchanged
      ? nil
      : "\(name) has changed since the session was written\(hasEdits ? ": what was kept by hand is left out" : ""); places may be others"
  }
}

/// A session's text that is not there any more.
struct SessionTextError: Error, CustomStringConvertible {
  let session: String
  let reason: String
  var description: String { "\(reason) (the session \(session) is about this text)" }
}

extension Preferences {
  /// What a session prefers.
  /// - Parameter keepsEdits: whether what was kept by hand still means the same tokens.
  /// - Throws: `SessionFileError`.
  init(_ file: SessionFile, path: String, keepsEdits: Bool) throws {
    var settings = ExplorationSettings()
    try file.setup.apply(to: &settings, path: path)
    self.init(
      model: file.path(file.source.model, of: path), gate: file.source.gate.map { file.path($0, of: path) },
      precision: try file.precision(path: path), recording: settings.recording,
      chat: file.source.chat ?? false,
      system: file.source.system, variables: try file.templateVariables(path: path),
      questions: file.setup.allQuestions, currentQuestion: file.setup.question,
      questionFirst: file.source.questionFirst ?? false,
      questionAfter: file.setup.questionAfter ?? false, answerPrefix: file.setup.answerPrefix ?? "",
      expected: settings.expected,
      budget: try file.setup.budget(path: path),
      policies: try file.setup.policies(keepingEdits: keepsEdits, path: path),
      granularity: settings.granularity, steps: settings.answerLimit,
      theme: file.screen.theme.flatMap(Theme.named),
      notes: file.screen.notes)
  }
}
