import CFaults
import Exploration
import Screen
import Views

// Files that are written while the screen goes on.
extension Explorer {
  /// The state with the theme that files have.
  var stateInFiles: ViewState {
    var copy = state
    copy.display.theme = sink.themeOfFiles(state.display.theme)
    return copy
  }

  /// Has a file written while the screen goes on.
  func export(_ request: ExportRequest) async throws {
    guard exporting == nil else {
      state.message = "another file is being written; try again in a moment"
      return
    }
    // What no screen has shown was not asked for yet.
    if !sink.isInteractive { try await complete() }
    guard !state.run.lacks(state.setup.settings.policies) else {
      awaited = request
      state.message = "\(request.path) is written once what has waited is there"
      return
    }
    write(request)
  }

  func write(_ request: ExportRequest) {
    let (state, size, glyphs) = (stateInFiles, sink.size, sink.glyphs)
    let (updates, generation) = (updates, generation)
    exporting = Task.detached {
      fault_stack()
      let error = Self.failure { try ExportFile.write(state, request, size: size, glyphs: glyphs) }
      updates.put(.written(request, failure: error), generation: generation)
    }
  }

  /// Writes what was found out, which is small; says where, or why not.
  func exportWhy() throws {
    guard let finding = state.why else { return }
    let error = Self.failure { state.message = try ExportFile.write(finding, of: state.run) }
    if let error { state.message = String(describing: error) }
    try raise(error)
  }

  /// Writes the list of losses, which is small; says where, or why not.
  func exportLosses() throws {
    let error = Self.failure { state.message = try ExportFile.writeLosses(state) }
    if let error { state.message = String(describing: error) }
    try raise(error)
  }

  /// Keeps the session in a file, which is small unless it holds the text; says where, or why not.
  func save(_ request: SessionRequest) throws {
    var kept = stateInFiles
    // That this terminal has no colours is nothing about the session.
    if sink.colorDepth < .palette256 { kept.display.theme = input.preferences.theme ?? .dark }
    guard request.keepsRecording, sink.isInteractive else {
      var recording: KeptRecordingFile?
      let error = Self.failure { recording = try ExportFile.write(kept, of: input, request) }
      state.sessionEnded(request, error: error, recording: recording)
      try raise(error)
      return
    }
    guard exporting == nil else {
      state.message = "another file is being written; try again in a moment"
      return
    }
    state.sessionIsWritten(request, done: 0, of: 0)
    let (opened, updates, generation, seen) = (input, updates, generation, kept)
    exporting = Task.detached {
      fault_stack()
      var recording: KeptRecordingFile?
      let error = Self.failure {
        recording = try ExportFile.write(seen, of: opened, request) {
          updates.put(.writing(request, done: $0, of: $1), generation: generation)
        }
      }
      updates.put(.kept(request, recording, failure: error), generation: generation)
    }
  }

  private nonisolated static func failure(of body: () throws -> Void) -> (any Error)? {
    do { try body() } catch { return error }
    return nil
  }

  /// Where no status line tells of a failure, it ends the program; but a file that is there already is asked
  /// about.
  func raise(_ failure: (any Error)?) throws {
    guard let failure, !sink.isInteractive else { return }
    if case ExportError.exists = failure { return }
    throw failure
  }
}
