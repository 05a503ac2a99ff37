import Checkpoint
import Exploration
import Screen
import Testing

@testable import Views

/// Searches by text, by id and by regular expression.
@Suite final class SearchTests {
  static let size = Size(width: 120, height: 36)
  var state = RunFixture.state()

  @discardableResult
  private func press(_ keys: String) throws -> Effect {
    try Key.parse(keys).reduce(Effect.none) { _, key in state.handle(key, size: Self.size) }
  }

  /// The text from the cursor's token on.
  private var here: String {
    let prompt = state.run.prompt
    return String(
      decoding: prompt.read[prompt.readRange(at: state.cursor.position).lowerBound...].prefix(24),
      as: UTF8.self)
  }

  @Test func expressionsStandBetweenSlashes() throws {
    try press("g//br[a-z]+ key/<Enter>")
    #expect(here.contains("brass key"))
    #expect(state.message == "/br[a-z]+ key/: 1 of 2")
    try press("n")
    #expect(here.contains("brass key?"), "the one in the question")
    try press("g//(?i:BRASS) key<Enter>")
    #expect(here.contains("brass key"), "the last slash may be left out")
    try press("g//[0-9]{4}/<Enter>")
    #expect(here.hasPrefix("1931") || here.hasPrefix(" 1931") || here.hasPrefix("1"))
  }

  @Test(arguments: ["/(a/", "/[z-a]/", "/a**/", "/^a/", "/(a)\\1/", "/x*/", "/\\b/", "/*/"])
  func whatIsNoExpressionIsSaid(_ typed: String) throws {
    let cursor = state.cursor.position
    try press("/")
    for character in typed { _ = state.handle(.character(character), size: Self.size) }
    try press("<Enter>")
    #expect(
      state.message?.contains("is not understood in a regular expression") == true, "\(state.message ?? "")")
    #expect(state.cursor.position == cursor)
  }

  /// What makes a backtracking matcher take exponential time, and what would need very many states.
  @Test(arguments: [
    "(a+)+$", "(a|a)*b", "(.*)*x", "(x+x+)+y", "((a{0,50}){0,50}){0,50}b", "(?:a|b)*a(?:a|b){40}",
    ".*.*.*.*.*=.*",
  ])
  func hostileExpressionsEndSoon(_ expression: String) throws {
    let text = Array(String(repeating: "a", count: 50_000).utf8)
    let clock = ContinuousClock()
    let time = clock.measure {
      if let pattern = try? TextPattern(expression) { _ = pattern.matches(in: text) }
    }
    // A debug build on a busy machine; the work itself is linear in the text.
    #expect(time < .seconds(5), "\(time)")
  }

  @Test func theQuestionIsSearchedAsWell() throws {
    state.run = RunFixture.makeRun(
      try RunFixture.prompt(Array("The harbour is quiet.".utf8)).asking("What about the zebra?"))
    try press("g/zebra<Enter>")
    #expect(here.contains("zebra"))
  }

  @Test func anotherTextIsSearchedAnew() throws {
    try press("g/clerk<Enter>")
    #expect(state.message == "clerk: 1 of 3")
    state.run = RunFixture.makeRun(RunFixture.prompt(Array("A clerk, and a clerk.".utf8)))
    try press("n")
    #expect(state.message == "clerk: 1 of 2" || state.message == "clerk: 2 of 2")
  }
}
