import Eviction
import Foundation
import KeyStorm
import Screen
import Testing

@testable import Exploration
@testable import Views

/// What a session keeps of what was computed: seen at once where the same would be computed, and only there.
@Suite struct SessionValuesTests {
  private static let origin = SessionOrigin(
    textPath: "/texts/harbour.txt", model: "embedded", precision: .float32)
  private static let size = Size(width: 120, height: 36)

  private static func session(_ state: ViewState, _ origin: SessionOrigin = origin) -> SessionFile {
    SessionFile(state, origin: origin, path: "/sessions/a.laq")
  }

  /// A session of a finished run, written and read.
  private static func written(_ run: Run = RunFixture.run) throws -> SessionFile {
    let state = ViewState(run: run, theme: .mono)
    var file = session(state)
    file.remember(state, model: "a digest")
    return try SessionFile(try file.data(), path: "a.laq")
  }

  /// What a state sees of it that begins with other settings, another prompt, another origin.
  private static func shown(
    _ file: SessionFile, model: String = "a digest", origin: SessionOrigin = origin, prompt: Prompt? = nil,
    _ change: (inout ExplorationSettings) -> Void = { _ in }
  ) -> Run? {
    var settings = RunFixture.run.settings
    change(&settings)
    let state = ViewState(run: RunFixture.run.anew(settings, prompt: prompt), theme: .mono)
    return file.shown(
      in: state, current: session(state, origin), model: model, shape: RunFixture.shape)
  }

  @Test func whatWasComputedIsSeenBeforeTheModelRuns() throws {
    let run = try #require(Self.shown(try Self.written()))
    #expect(run.recording == nil && run.stage == .opening)
    let state = ViewState(run: run, theme: .mono)
    let before = TextRenderer.text(ViewState(run: RunFixture.run, theme: .mono).draw(size: Self.size))
    let text = TextRenderer.text(state.draw(size: Self.size))
    for line in before.split(separator: "\n") where line.contains("mass") && line.contains("the tide clock") {
      #expect(text.contains(line), "\(line)")
    }
    #expect(text.contains("behind the tin under her stool.") && text.contains("as the session had it"))
    // It goes on saying so at every stage, until the values are replaced.
    let later = ViewState(run: run.at(.decode(step: 2)), theme: .mono)
    #expect(TextRenderer.text(later.draw(size: Self.size)).contains("as the session had it; again: answers"))
  }

  @Test func whereAnythingElseIsAskedNothingIsShown() throws {
    let file = try Self.written()
    #expect(Self.shown(file) != nil)
    #expect(Self.shown(file, model: "another digest") == nil)
    var origin = Self.origin
    origin.precision = .automatic
    #expect(Self.shown(file, origin: origin) == nil)
    // Where the text and the model lie decides nothing.
    (origin.precision, origin.textPath, origin.model) = (.float32, "/elsewhere/harbour.txt", "./here")
    #expect(Self.shown(file, origin: origin) != nil)
    #expect(Self.shown(file) { $0.budget += 1 } == nil)
    #expect(Self.shown(file) { $0.granularity = .queryHead } == nil)
    #expect(Self.shown(file) { $0.answerLimit += 1 } == nil)
    #expect(Self.shown(file) { $0.recording = .windows } == nil)
    #expect(Self.shown(file) { $0.policies.swapAt(0, 1) } == nil)
    let edit = KeptEdit(.keep, 3...4, in: .everywhere)
    #expect(Self.shown(file) { $0.policies[0] = $0.policies[0].edited([edit]) } == nil)
    let asked = try RunFixture.run.prompt.asking("Who?")
    #expect(Self.shown(file, prompt: asked) == nil)
    var changed = file
    changed.values?.key = String(repeating: "0", count: 64)
    #expect(Self.shown(changed) == nil)
    changed = file
    changed.values?.run = Data("{}".utf8)
    #expect(Self.shown(changed) == nil)
    // Files from before values were kept.
    changed.values = nil
    #expect(Self.shown(changed) == nil)
    let former = try Self.session(ViewState(run: RunFixture.run, theme: .mono)).data()
    #expect(try changed.data() == former)
  }

  @Test func whatIsNotCompleteIsNotKept() throws {
    #expect(try Self.written(RunFixture.run.at(.decode(step: 1))).values == nil)
    // The settings have changed, and the run is still the former ones'.
    var state = ViewState(run: RunFixture.run, theme: .mono)
    state.setup.settings.budget += 1
    var file = Self.session(state)
    file.remember(state, model: "a digest")
    #expect(file.values == nil)
    file.remember(ViewState(run: RunFixture.run, theme: .mono), model: nil)
    #expect(file.values == nil)
  }

  @Test func everyViewDrawsWhatHasNoRecordingYet() throws {
    let run = try #require(Self.shown(try Self.written()))
    var storm = KeyStorm(runs: [run, run.at(.lookahead(step: 1)), RunFixture.run], seed: 5)
    let report = storm.run(keys: 800, keysPerFrame: 2)
    #expect(report.fault == nil)
  }
}
