import Eviction
import Screen
import Testing

@testable import Exploration
@testable import Views

/// View 6: the rows of a study, the keys that act on them, and what is asked of the engine.
@Suite struct LookaheadViewTests {
  static let size = Size(width: 120, height: 36)

  private static func state() -> ViewState {
    var state = RunFixture.state()
    state.display.view = .lookahead
    return state
  }

  private static func request(_ state: ViewState) throws -> LookaheadStudy.Request {
    try #require(state.scene.studyRequest)
  }

  @Test func itIsAskedForOnceTheRunIsDoneAndOnceOnly() throws {
    var state = Self.state()
    #expect(state.missingDetails.isEmpty, "the fixture has it")
    state.details.study = nil
    #expect(state.missingDetails == [.study(try Self.request(state))])
    state.run = state.run.at(.decode(step: 1))
    #expect(state.missingDetails.isEmpty, "answers that grow would be studied again and again")
    state.run = state.run.at(.done)
    var stopped = LookaheadStudy(try Self.request(state))
    #expect(!stopped.isFinished)
    state.details.study = stopped
    #expect(state.missingDetails.count == 1 && state.studies)
    stopped.stage = .cancelled
    state.details.study = stopped
    #expect(state.missingDetails.isEmpty && !state.studies, "what was stopped stays so")
    #expect(TextRenderer.text(state.draw(size: Self.size)).contains("stopped; r runs again"))
  }

  /// Esc stops a study, and is of no use to it in other views.
  @Test func itIsStoppedByTheKeyThatStopsWork() throws {
    for key in [Key.escape, .control("c")] {
      var state = Self.state()
      state.details.study = LookaheadStudy(try Self.request(state))
      #expect(state.handle(key, size: Self.size) == .cancel)
      state.display.view = .text
      #expect(state.handle(key, size: Self.size) != .cancel)
    }
  }

  @Test func progressIsSaidAndHowToStopIt() throws {
    var state = Self.state()
    var study = LookaheadStudy(try Self.request(state))
    for (stage, words) in [
      (LookaheadStudy.Stage.running(.lookahead(step: 3)), "token 4"), (.timing(2), "timed alone, 3 of"),
      (.steps, "each token of the answer"),
    ] {
      study.stage = stage
      state.details.study = study
      let text = TextRenderer.text(state.draw(size: Self.size))
      #expect(text.contains(words) && text.contains("Esc stops"), "\(words)")
    }
  }

  @Test func keysGoThroughTheRowsAndStayThere() throws {
    var state = Self.state()
    let rows = try Self.request(state).rows
    #expect(rows[state.scene.studyRow].place == .length(8), "the policy's own number")
    _ = state.handle(.character("j"), size: Self.size)
    #expect(rows[state.scene.studyRow].place == .length(16))
    _ = state.handle(.character("G"), size: Self.size)
    #expect(rows[state.scene.studyRow].place == .source(.truth, nil))
    _ = state.handle(.character("j"), size: Self.size)
    #expect(state.message == "this is the last row")
    _ = state.handle(.character("g"), size: Self.size)
    #expect(rows[state.scene.studyRow].place == .none)
    #expect(
      TextRenderer.text(state.draw(size: Self.size)).contains("none: chosen by the prompt's own queries"))
  }

  @Test func enterExploresTheRowsPolicy() throws {
    var state = Self.state()
    _ = state.handle(.character("G"), size: Self.size)
    #expect(state.handle(.enter, size: Self.size) == .explore)
    #expect(state.setup.active?.name == "laq(source=truth)" && state.setup.settings.policies.count == 5)
    // It is what is studied now, and its own row is chosen.
    #expect(state.scene.studiedPolicy?.name == "laq(source=truth)")
    #expect(try Self.request(state).rows[state.scene.studyRow].place == .length(8))
    _ = state.handle(.character("u"), size: Self.size)
    #expect(state.setup.settings.policies.count == 4)
    // What is in the list is not added again.
    state = Self.state()
    _ = state.handle(.character("g"), size: Self.size)
    #expect(state.handle(.enter, size: Self.size) == .none)
    #expect(state.setup.active?.name == "snapkv" && state.setup.settings.policies.count == 4)
  }

  /// Of policies without a lookahead the list's LAQ is studied.
  @Test func withoutAnActiveLookaheadThereIsOneToStudy() throws {
    var state = Self.state()
    state.setup.policy = 1
    #expect(state.scene.studiedPolicy?.name == "laq")
    state.setup.settings.policies = [try Policy(parsing: "snapkv")]
    state.setup.policy = 0
    #expect(state.scene.studiedPolicy?.name == "laq")
  }

  @Test func aRowIsCopiedAndClicked() throws {
    var state = Self.state()
    guard case .copy(let text) = state.handle(.character("y"), size: Self.size) else {
      Issue.record("nothing was copied")
      return
    }
    #expect(text.hasPrefix("laq\trecall ") && text.hasSuffix(" behind the tide clock."))
    let lines = TextRenderer.lines(state.draw(size: Self.size))
    let row = try #require(lines.firstIndex { $0.contains("position first") })
    _ = state.handle(.mouse(row: row, column: 10, kind: .click), size: Self.size)
    #expect(try Self.request(state).rows[state.scene.studyRow].place == .source(.position, .first))
  }

  /// Numbers, not brightness or place alone, say how rows differ: with colours and without, in every size.
  @Test(arguments: [Size(width: 60, height: 16), Size(width: 80, height: 24), Size(width: 200, height: 60)])
  func theChosenRowIsInSight(_ size: Size) throws {
    var state = Self.state()
    let rows = try Self.request(state).rows
    for index in rows.indices {
      state.display.lookahead.row = index
      let text = TextRenderer.text(state.draw(size: size))
      #expect(text.contains("▶ \(rows[index].title)"), "\(rows[index].title)")
    }
  }
}
