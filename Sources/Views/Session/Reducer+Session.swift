import Exploration
import Screen

extension ViewState {
  /// Keeps the session in a file: the named one, or else the one that it was read from or written to last.
  mutating func write(sessionTo name: String) -> Effect {
    guard !name.isEmpty || editing.sessionPath != nil else {
      typing.entry = Entry(.session, "session.laq")
      return .none
    }
    let path = name.isEmpty ? editing.sessionPath ?? name : name
    // One's own file may be replaced without a question, as an editor does.
    return .save(SessionRequest(path, replacing: path == editing.sessionPath))
  }

  /// A key as the answer to whether a file may be replaced: only `y` says yes.
  mutating func answer(_ key: Key, toReplacingBy request: SessionRequest) -> Effect {
    typing.entry = nil
    guard key == .character("y") || key == .character("Y") else {
      message = "nothing written; \(request.path) is as it was"
      return .none
    }
    return .save(SessionRequest(request.path, replacing: true))
  }

  /// Says what became of a session that was to be kept. A file that is there already is asked about.
  package mutating func sessionEnded(_ request: SessionRequest, error: (any Error)?) {
    switch error {
    case nil:
      editing.sessionPath = request.path
      noticeWrittenEdits()
      message = "session written to \(request.path); laq-tui \(request.path) opens it"
    case ExportError.exists?: typing.entry = Entry(.replaceSession(request))
    case let error?:
      message = String(describing: error)
      typing.entry = Entry(.session, request.path)
    }
  }
}
