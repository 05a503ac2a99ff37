import Exploration
import KeyStorm
import Screen
import Testing

@testable import Views

/// The prompt's question is typed, removed and taken back.
@Suite final class QuestionTests {
  static let size = Size(width: 120, height: 36)
  var state = RunFixture.state()

  @discardableResult
  private func press(_ keys: String) throws -> Effect {
    try Key.parse(keys).reduce(Effect.none) { _, key in state.handle(key, size: Self.size) }
  }

  @Test func aTypedQuestionIsAskedAndUndone() throws {
    let before = state.setup.prompt
    #expect(try press("iWhere is 鍵?<C-o>Answer:<Enter>") == .explore)
    #expect(state.setup.prompt.framing.question == "Where is 鍵?\nAnswer:")
    #expect(state.setup.prompt.tokens.count > before.tokens.count && state.setup.prompt.text == before.text)
    #expect(state.run.prompt.hash == before.hash, "what is known stays until it runs anew")
    #expect(try press("u") == .explore)
    #expect(state.setup.prompt.hash == before.hash)
  }

  @Test func theLineBeginsWithThePresentQuestion() throws {
    state.setup.prompt = try state.setup.prompt.asking("Where is the key?")
    try press("i")
    #expect(state.typing.entry?.text == "Where is the key?")
    #expect(try press("<Enter>") == .none)
    #expect(state.message == "this is the question already")
    #expect(try press("i<C-w>clock?<Enter>") == .explore)
    #expect(state.setup.prompt.framing.question == "Where is the clock?")
    #expect(try press("i<C-u><Enter>") == .explore, "an empty line removes it")
    #expect(state.setup.prompt.framing.question == nil)
    #expect(try press("i  <Enter>") == .none)
    #expect(state.message == "there is no question beside the text")
  }

  @Test func escapeLeavesEverythingAsItIs() throws {
    let before = state.setup.prompt.hash
    #expect(try press("iWhere?<Esc>") == .none)
    #expect(state.typing.entry == nil && state.setup.prompt.hash == before && state.editing.undo.isEmpty)
  }

  @Test func earlierQuestionsComeBack() throws {
    try press("iWho?<Enter>i<C-u>When?<Enter>i<Up>")
    #expect(state.typing.entry?.text == "When?")
    try press("<Up>")
    #expect(state.typing.entry?.text == "Who?")
  }

  @Test func aQuestionThatDoesNotFitCanBeShortened() throws {
    let tokens = state.setup.prompt.tokens.count
    state.setup.prompt = try Prompt(
      name: "harbour.txt", text: state.setup.prompt.text, tokenizer: RunFixture.tokenizer,
      contextLength: tokens + 20, answerLimit: 16)
    #expect(try press("iOne two three four five six seven eight?<Enter>") == .none)
    #expect(state.message?.contains("this model has room for \(tokens + 4)") == true)
    #expect(state.typing.entry?.text == "One two three four five six seven eight?")
    #expect(state.setup.prompt.tokens.count == tokens)
  }

  @Test func whatIsKeptByHandStaysWithItsTokens() throws {
    state.setup.prompt = try state.setup.prompt.framed(
      PromptFraming(question: "Who?", putsQuestionFirst: true))
    state.run = RunFixture.makeRun(state.setup.prompt)
    try press("#20GvllX")
    let edited = state.setup.prompt.tokens[20...22]
    #expect(try press("i<C-u>Who was the clerk of the harbour office?<Enter>") == .explore)
    let edit = try #require(state.setup.settings.policies.last?.edits.first)
    #expect(
      edit.positions.lowerBound > 20 && Array(state.setup.prompt.tokens[edit.positions]) == Array(edited))
    try press("u")
    #expect(state.setup.settings.policies.last?.edits.first?.positions == 20...22)
    #expect(try press("i<C-u><Enter>") == .explore)
    #expect(
      state.setup.settings.policies.last?.edits.first.map { Array(state.setup.prompt.tokens[$0.positions]) }
        == Array(edited))
  }

  @Test func whatIsKeptOfAQuestionGoesWithIt() throws {
    state.setup.prompt = try state.setup.prompt.asking("Where is the key?")
    state.run = RunFixture.makeRun(state.setup.prompt)
    let count = state.setup.settings.policies.count
    try press("GK")
    #expect(state.setup.settings.policies.count == count + 1 && state.setup.policy == count)
    #expect(try press("i<C-u>Why?<Enter>") == .explore)
    #expect(state.message?.contains("what was kept or evicted by hand of the former one is left out") == true)
    #expect(
      state.setup.settings.policies.count == count && state.setup.policy == 0 && state.setup.pinned == nil,
      "the policy stands there once")
    #expect(try press("u") == .explore)
    #expect(state.setup.settings.policies.count == count + 1 && state.setup.policyTitle == "LAQ*")
  }

  @Test func theOtherSettingsKeepTheirQuestion() throws {
    try press("A")
    try press("iWho?<Enter>")
    #expect(try press("A") == .explore)
    #expect(state.setup.prompt.framing.question == nil)
    #expect(try press("A") == .explore)
    #expect(state.setup.prompt.framing.question == "Who?")
  }

  @Test func aShorterPromptHasNoPlaceBeyondItsEnd() throws {
    state.setup.prompt = try state.setup.prompt.asking("Where is the key, and who hid it there?")
    state.run = RunFixture.makeRun(state.setup.prompt)
    try press("Gv")
    try press("i<C-u><Enter>")
    state.beginPrompt()
    state.run = RunFixture.makeRun(state.setup.prompt)
    #expect(state.cursor.position < state.setup.prompt.tokens.count && state.cursor.selectionStart == nil)
    #expect(ScreenChecks.isClean(state.draw(size: Self.size)))
  }
}
