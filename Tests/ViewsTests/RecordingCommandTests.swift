import Screen
import Testing

@testable import Exploration
@testable import Views

/// Keeping the recording beside a session.
@Suite struct RecordingCommandTests {
  private static let size = Size(width: 120, height: 36)

  private func effect(_ typed: String, _ state: inout ViewState) throws -> Effect {
    var effect = Effect.none
    for key in try Key.parse(":\(typed)<Enter>") { effect = state.handle(key, size: Self.size) }
    return effect
  }

  @Test func aLastWordAsksForTheRecording() throws {
    var state = ViewState(run: RunFixture.run, theme: .mono)
    #expect(
      try effect("write a.laq recording", &state) == .save(SessionRequest("a.laq", keepsRecording: true)))
    #expect(
      try effect("write my talk.laq  recording", &state)
        == .save(SessionRequest("my talk.laq", keepsRecording: true)))
    #expect(try effect("write a.laq", &state) == .save(SessionRequest("a.laq")))
    // Alone it is a file's name until there is one.
    #expect(try effect("write recording", &state) == .save(SessionRequest("recording")))
    state.editing.sessionPath = "b.laq"
    #expect(
      try effect("write recording", &state)
        == .save(SessionRequest("b.laq", replacing: true, keepsRecording: true)))
    #expect(try effect("write ./recording", &state) == .save(SessionRequest("./recording")))
    #expect(SessionRequest("a.laq").recordingPath == "a.laq.recording")
  }

  @Test func aRunThatIsNotDoneHasNone() throws {
    var state = ViewState(run: RunFixture.run.at(.decode(step: 1)), theme: .mono)
    #expect(try effect("write a.laq recording", &state) == .none)
    #expect(state.message == "the recording can be kept once everything is there")
    #expect(try effect("write a.laq", &state) == .save(SessionRequest("a.laq")))
  }

  @Test func itsSizeIsToldAndEscStopsIt() throws {
    var state = ViewState(run: RunFixture.run, theme: .mono)
    let request = SessionRequest("a.laq", keepsRecording: true)
    state.sessionIsWritten(request, done: 40 << 20, of: 137 << 20)
    let text = TextRenderer.text(state.draw(size: Self.size))
    #expect(text.contains("writing a.laq.recording, 40.0 MiB of 137.0 MiB") && text.contains("Esc stops"))
    #expect(state.handle(.escape, size: Self.size) == .cancel)
    var stopped = state
    stopped.sessionEnded(request, error: CancellationError())
    #expect(stopped.message == "stopped: nothing written" && stopped.editing.sessionPath == nil)
    #expect(stopped.editing.writing == nil)
    let file = KeptRecordingFile(path: "a.laq.recording", bytes: 137 << 20, promptHash: "x")
    state.sessionEnded(request, error: nil, recording: file)
    #expect(
      state.message
        == "session written to a.laq, its recording, 137.0 MiB, to a.laq.recording; laq-tui a.laq opens it")
    #expect(state.editing.recording == file)
    state.sessionEnded(request, error: ExportError.exists("a.laq.recording"))
    #expect(state.typing.entry == ViewState.Entry(.replaceSession(request)))
    #expect(
      state.handle(.character("y"), size: Self.size)
        == .save(SessionRequest("a.laq", replacing: true, keepsRecording: true)))
  }

  /// Values hang on what was computed, not on where a recording lies.
  @Test func theRecordingIsNamedInTheFileAndDecidesNothing() throws {
    let state = ViewState(run: RunFixture.run, theme: .mono)
    let origin = SessionOrigin(textPath: "/texts/harbour.txt", model: "embedded", precision: .float32)
    var file = SessionFile(state, origin: origin, path: "/sessions/a.laq")
    let plain = file
    file.remember(state, model: "digest")
    file.keep(recordingAt: "/elsewhere/a.laq.recording", bytes: 12, session: "/sessions/a.laq")
    let read = try SessionFile(try file.data(), path: "/sessions/a.laq")
    #expect(read.recording == SessionFile.Recording(path: "/elsewhere/a.laq.recording", bytes: 12))
    let begun = ViewState(run: RunFixture.run.anew(RunFixture.run.settings), theme: .mono)
    #expect(read.shown(in: begun, current: plain, model: "digest", shape: RunFixture.shape) != nil)
  }
}
