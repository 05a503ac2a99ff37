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
    let before = state.prompt
    #expect(try press("iWhere is 鍵?<C-o>Answer:<Enter>") == .explore)
    #expect(state.prompt.framing.question == "Where is 鍵?\nAnswer:")
    #expect(state.prompt.tokens.count > before.tokens.count && state.prompt.text == before.text)
    #expect(state.run.prompt.hash == before.hash, "what is known stays until it runs anew")
    #expect(try press("u") == .explore)
    #expect(state.prompt.hash == before.hash)
  }

  @Test func theLineBeginsWithThePresentQuestion() throws {
    state.prompt = try state.prompt.asking("Where is the key?")
    try press("i")
    #expect(state.entry?.text == "Where is the key?")
    #expect(try press("<Enter>") == .none)
    #expect(state.message == "this is the question already")
    #expect(try press("i<C-w>clock?<Enter>") == .explore)
    #expect(state.prompt.framing.question == "Where is the clock?")
    #expect(try press("i<C-u><Enter>") == .explore, "an empty line removes it")
    #expect(state.prompt.framing.question == nil)
    #expect(try press("i  <Enter>") == .none)
    #expect(state.message == "there is no question beside the text")
  }

  @Test func escapeLeavesEverythingAsItIs() throws {
    let before = state.prompt.hash
    #expect(try press("iWhere?<Esc>") == .none)
    #expect(state.entry == nil && state.prompt.hash == before && state.undo.isEmpty)
  }

  @Test func earlierQuestionsComeBack() throws {
    try press("iWho?<Enter>i<C-u>When?<Enter>i<Up>")
    #expect(state.entry?.text == "When?")
    try press("<Up>")
    #expect(state.entry?.text == "Who?")
  }

  @Test func aQuestionThatDoesNotFitCanBeShortened() throws {
    let tokens = state.prompt.tokens.count
    state.prompt = try Prompt(
      name: "harbour.txt", text: state.prompt.text, tokenizer: RunFixture.tokenizer,
      contextLength: tokens + 20, answerLimit: 16)
    #expect(try press("iOne two three four five six seven eight?<Enter>") == .none)
    #expect(state.message?.contains("this model has room for \(tokens + 4)") == true)
    #expect(state.entry?.text == "One two three four five six seven eight?")
    #expect(state.prompt.tokens.count == tokens)
  }

  @Test func whatIsKeptByHandStaysWithItsTokens() throws {
    state.prompt = try state.prompt.framed(PromptFraming(question: "Who?", putsQuestionFirst: true))
    state.run = RunFixture.makeRun(state.prompt)
    try press("#20GvllX")
    let edited = state.prompt.tokens[20...22]
    #expect(try press("i<C-u>Who was the clerk of the harbour office?<Enter>") == .explore)
    let edit = try #require(state.settings.policies.last?.edits.first)
    #expect(edit.positions.lowerBound > 20 && Array(state.prompt.tokens[edit.positions]) == Array(edited))
    try press("u")
    #expect(state.settings.policies.last?.edits.first?.positions == 20...22)
    #expect(try press("i<C-u><Enter>") == .explore)
    #expect(
      state.settings.policies.last?.edits.first.map { Array(state.prompt.tokens[$0.positions]) }
        == Array(edited))
  }

  @Test func whatIsKeptOfAQuestionGoesWithIt() throws {
    state.prompt = try state.prompt.asking("Where is the key?")
    state.run = RunFixture.makeRun(state.prompt)
    let count = state.settings.policies.count
    try press("GK")
    #expect(state.settings.policies.count == count + 1 && state.policy == count)
    #expect(try press("i<C-u>Why?<Enter>") == .explore)
    #expect(state.message?.contains("what was kept or evicted by hand of the former one is left out") == true)
    #expect(
      state.settings.policies.count == count && state.policy == 0 && state.pinned == nil,
      "the policy stands there once")
    #expect(try press("u") == .explore)
    #expect(state.settings.policies.count == count + 1 && state.policyTitle == "LAQ*")
  }

  @Test func theOtherSettingsKeepTheirQuestion() throws {
    try press("A")
    try press("iWho?<Enter>")
    #expect(try press("A") == .explore)
    #expect(state.prompt.framing.question == nil)
    #expect(try press("A") == .explore)
    #expect(state.prompt.framing.question == "Who?")
  }

  @Test func aShorterPromptHasNoPlaceBeyondItsEnd() throws {
    state.prompt = try state.prompt.asking("Where is the key, and who hid it there?")
    state.run = RunFixture.makeRun(state.prompt)
    try press("Gv")
    try press("i<C-u><Enter>")
    state.beginPrompt()
    state.run = RunFixture.makeRun(state.prompt)
    #expect(state.cursor < state.prompt.tokens.count && state.selectionStart == nil)
    #expect(ScreenChecks.isClean(state.draw(size: Self.size)))
  }
}
