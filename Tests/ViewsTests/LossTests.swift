import Eviction
import Testing

@testable import Exploration
@testable import Views

@Suite("Where an answer was lost")
struct LossTests {
  private let story = StoryFixture.story
  private var laq: PolicyResult { story.results[0] }
  private var snapkv: PolicyResult { story.results[1] }

  @Test func theStepIsTheFirstAtWhichTheAnswersDiffer() throws {
    let need = try #require(story.need(of: snapkv))
    let truth = try #require(story.full?.answer.tokens)
    let step = try #require(zip(truth, snapkv.answer.tokens).enumerated().first { $1.0 != $1.1 }?.offset)
    #expect(need.token == truth[step])
    let expected = try #require(story.recording).attention(
      layer: 1, queryHead: 2, row: .beyond(row: step - 1), beyond: story.decodeQueries)
    #expect(need.mass[1, 2] == expected)
  }

  @Test func anAnswerEqualToTheFullCachesNeedsNothing() {
    #expect(story.need(of: laq) == nil)
  }

  @Test func anAnswerStillBeingDecodedIsNotYetLost() {
    var short = snapkv
    short.answer.tokens = Array(short.answer.tokens.prefix(1))
    short.answer.hasEnded = false
    #expect(story.need(of: short) == nil)
  }

  @Test func theCursorGoesToTheTokenThatTheAnswerCopiesNext() throws {
    var state = ViewState(story: story, theme: .mono)
    state.pinned = 1
    let isFound = state.goToLargestLoss()
    #expect(isFound)
    #expect(laq.kept.positions(layer: state.layer, queryHead: state.head).contains(state.cursor))
    #expect(!snapkv.kept.positions(layer: state.layer, queryHead: state.head).contains(state.cursor))
    let need = try #require(story.need(of: snapkv))
    #expect(story.prompt.tokens[state.cursor].id == need.token)
  }
}
