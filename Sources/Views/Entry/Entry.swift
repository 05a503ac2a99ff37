import Screen

extension ViewState {
  /// A line being typed at the bottom, or a question that waits there for an answer.
  package struct Entry: Sendable, Hashable {
    /// What the line is for.
    package enum Purpose: Sendable, Hashable {
      case search, command
      /// The question that the prompt asks.
      case question
      /// The name of a file to write.
      case export(ExportRequest.Scope)
      /// The name of a file to keep the session in.
      case session
      /// Whether a file that is there already may be replaced.
      case replace(ExportRequest)
      case replaceSession(SessionRequest)
      /// Whether to leave, though something is lost with it: what.
      case leave(String)
    }

    /// What the line is for.
    package let purpose: Purpose
    /// The line with its cursor.
    package internal(set) var line: TextLine
    /// The completions that are gone through.
    var completion: Completion?
    /// The earlier line that was called back: its place among those of its kind, and what had been typed.
    var recalled: (place: Int, typed: String)?

    /// A line with the cursor at its end.
    package init(_ purpose: Purpose, _ text: String = "") {
      (self.purpose, line) = (purpose, TextLine(text))
    }

    /// A search that has been typed so far.
    package static func search(_ text: String) -> Entry { Entry(.search, text) }
    /// A command that has been typed so far.
    package static func command(_ text: String) -> Entry { Entry(.command, text) }
    /// The name of a file to write.
    package static func export(_ text: String, _ scope: ExportRequest.Scope) -> Entry {
      Entry(.export(scope), text)
    }
    /// Whether a file that is there already may be replaced.
    package static func replace(_ request: ExportRequest) -> Entry { Entry(.replace(request)) }

    /// What has been typed so far.
    package var text: String { line.text }

    /// What stands before the text.
    var prompt: String {
      switch purpose {
      case .search: "/"
      case .command: ":"
      case .question: "question: "
      case .export(.view): "write this view to: "
      case .export(.everything): "write everything to: "
      case .session: "write this session to: "
      case .replace(let request): "replace it, y or n? there is a file \(request.path) "
      case .replaceSession(let request): "replace it, y or n? there is a file \(request.path) "
      case .leave(let loss): "leave, y or n? \(loss) "
      }
    }

    /// Whether a single key answers it, and no line is typed.
    var isQuestion: Bool {
      switch purpose {
      case .replace, .replaceSession, .leave: true
      case .search, .command, .question, .export, .session: false
      }
    }

    // What completes the line, and how far it was called back, is no part of what it says.
    package static func == (left: Entry, right: Entry) -> Bool {
      left.purpose == right.purpose && left.line == right.line
    }
    package func hash(into hasher: inout Hasher) {
      hasher.combine(purpose)
      hasher.combine(line)
    }
  }
}
