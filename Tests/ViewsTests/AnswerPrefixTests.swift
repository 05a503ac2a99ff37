import Eviction
import Exploration
import KeyStorm
import Screen
import Testing

@testable import Views

/// What every answer begins with, typed and taken back; and the sentence about the first loss.
@Suite final class AnswerPrefixTests {
  static let size = Size(width: 120, height: 36)
  var state = RunFixture.state()

  @discardableResult
  private func press(_ keys: String) throws -> Effect {
    try Key.parse(keys).reduce(Effect.none) { _, key in state.handle(key, size: Self.size) }
  }

  private var read: String { String(decoding: state.setup.prompt.read, as: UTF8.self) }

  @Test func aTypedBeginningIsReadLastAndUndone() throws {
    let before = state.setup.prompt
    #expect(try press(":answer-prefix The key is<Enter>") == .explore)
    #expect(read == String(decoding: before.read, as: UTF8.self) + "The key is")
    #expect(state.message?.contains("\"The key is\"") == true)
    #expect(try press(":answer The key is<Enter>") == .none, "as much of the name as no other begins with")
    #expect(state.message == "answers begin with this already")
    #expect(try press("u") == .explore)
    #expect(state.setup.prompt.hash == before.hash)
    #expect(try press(":answer-prefix<Enter>") == .none)
    #expect(state.message == "answers begin with nothing already")
  }

  @Test func quotesKeepOuterSpace() throws {
    try press(":answer-prefix \" a\\n\"<Enter>")
    #expect(state.setup.prompt.framing.answerPrefix == " a\n")
    try press(":answer-prefix \"a<Enter>")
    #expect(state.message?.contains("does not end") == true)
    #expect(state.setup.prompt.framing.answerPrefix == " a\n")
    // A question asked now has the beginning behind it.
    try press("iWho?<Enter>")
    #expect(read.hasSuffix("Who? a\n"))
  }

  @Test func theFirstScreenSaysWhatIsLost() throws {
    var state = ViewState(run: RunFixture.run, theme: .mono)
    state.setup.pinned = 1
    let loser = try #require(state.scene.pinnedResult)
    let told = state.openAtLargestLoss()
    let words = try #require(told)
    #expect(words.hasPrefix("SnapKV evicts \"") && !loser.keeps(state.cursor))
    let head = "head \(state.cursor.layer + 1).\(state.cursor.head + 1) gives it "
    #expect(
      words.contains(head) && words.contains(", which LAQ keeps") == state.scene.result?.keeps(state.cursor))
    #expect(words.contains(" of its attention at step ") && words.contains("where the answer says \""))
    #expect(words.hasSuffix("; o goes to the next loss"))
    // Where the losing policy keeps the token, nothing is lost.
    state.cursor.position = state.run.prompt.tokens.count - 1
    #expect(state.lossInWords(of: loser) == nil)
  }
}
