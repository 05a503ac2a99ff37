import Exploration
import Screen

extension ViewState {
  /// Keeps the session in a file: the named one, or else the one that it was read from or written to last;
  /// with the recording, where the last word asks for it.
  mutating func write(sessionTo typed: String) -> Effect {
    var words = typed.split(separator: " ", omittingEmptySubsequences: false)
    let keepsRecording =
      words.last.map(String.init) == SessionRequest.recordingWord
      && (words.count > 1 || editing.sessionPath != nil)
    if keepsRecording { words.removeLast() }
    let name = words.joined(separator: " ").trimmingSpaces()
    guard !name.isEmpty || editing.sessionPath != nil else {
      typing.entry = Entry(.session, "session.laq")
      return .none
    }
    guard !keepsRecording || run.stage == .done && run.hasModel else {
      message = "the recording can be kept once everything is there"
      return .none
    }
    let path = name.isEmpty ? editing.sessionPath ?? name : name
    // One's own file may be replaced without a question, as an editor does.
    return .save(
      SessionRequest(path, replacing: path == editing.sessionPath, keepsRecording: keepsRecording))
  }

  /// A key as the answer to whether a file may be replaced: only `y` says yes.
  mutating func answer(_ key: Key, toReplacingBy request: SessionRequest) -> Effect {
    typing.entry = nil
    guard key == .character("y") || key == .character("Y") else {
      message = "nothing written; \(request.path) is as it was"
      return .none
    }
    return .save(
      SessionRequest(request.path, replacing: true, keepsRecording: request.keepsRecording))
  }

  /// Says what became of a session that was to be kept. A file that is there already is asked about.
  /// - Parameter recording: the file with the recording that the session names now.
  package mutating func sessionEnded(
    _ request: SessionRequest, error: (any Error)?, recording: KeptRecordingFile? = nil
  ) {
    editing.writing = nil
    // What is being typed meanwhile goes on.
    let isFree = typing.entry == nil
    switch error {
    case nil:
      editing.sessionPath = request.path
      editing.recording = recording ?? editing.recording
      noticeWrittenEdits()
      let beside =
        request.keepsRecording
        ? recording.map { ", its recording, \(mebibytes($0.bytes)), to \($0.path)" } ?? "" : ""
      message = "session written to \(request.path)\(beside); laq-tui \(request.path) opens it"
    case is CancellationError: message = "stopped: nothing written"
    case ExportError.exists? where isFree: typing.entry = Entry(.replaceSession(request))
    case let error?:
      message = String(describing: error)
      if isFree { typing.entry = Entry(.session, request.typed) }
    }
  }

  /// Says that a recording is being written, which takes its time, and how far it is.
  package mutating func sessionIsWritten(_ request: SessionRequest, done: Int, of count: Int) {
    let share = count > 0 ? ", \(mebibytes(done)) of \(mebibytes(count))" : ""
    editing.writing = "writing \(request.recordingPath)\(share)"
  }
}
