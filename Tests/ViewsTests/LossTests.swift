import Eviction
import Testing

@testable import Exploration
@testable import Views

@Suite("Where an answer was lost")
struct LossTests {
  private let run = RunFixture.run
  private var laq: PolicyResult { run.results[0] }
  private var snapkv: PolicyResult { run.results[1] }

  @Test func theStepIsTheFirstAtWhichTheAnswersDiffer() throws {
    let need = try #require(run.need(of: snapkv))
    let reference = try #require(run.full?.answer.tokens)
    let step = try #require(zip(reference, snapkv.answer.tokens).enumerated().first { $1.0 != $1.1 }?.offset)
    #expect(need.token == reference[step])
    let expected = try #require(run.recording).attention(
      layer: 1, queryHead: 2, row: .beyond(row: step - 1), beyond: run.decodeQueries)
    #expect(need.mass[1, 2] == expected)
  }

  @Test func anAnswerEqualToTheFullCachesNeedsNothing() {
    #expect(run.need(of: laq) == nil)
  }

  @Test func anAnswerStillBeingDecodedIsNotYetLost() {
    var short = snapkv
    short.answer.tokens = Array(short.answer.tokens.prefix(1))
    short.answer.hasEnded = false
    #expect(run.need(of: short) == nil)
  }

  @Test func theCursorGoesToTheTokenThatTheAnswerCopiesNext() throws {
    var state = ViewState(run: run, theme: .mono)
    state.setup.pinned = 1
    let isFound = state.goToLargestLoss()
    #expect(isFound)
    #expect(laq.keeps(state.cursor))
    #expect(!snapkv.keeps(state.cursor))
    let need = try #require(run.need(of: snapkv))
    #expect(run.prompt.tokens[state.cursor.position].id == need.token)
  }
}
