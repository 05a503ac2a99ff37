import Foundation
import KeyStorm
import Screen
import Testing

@testable import Exploration
@testable import Views

/// Questions that come after the eviction: keys, commands, sessions, and what the views show of them.
@Suite final class LaterQuestionViewTests {
  static let size = Size(width: 120, height: 36)
  static let questions = ["Who hid it?", "Where is the key?", "When?"]
  var state = RunFixture.state()

  @discardableResult
  private func press(_ keys: String) throws -> Effect {
    try Key.parse(keys).reduce(Effect.none) { _, key in state.handle(key, size: Self.size) }
  }

  private func text(_ size: Size = LaterQuestionViewTests.size) -> String {
    TextRenderer.text(state.draw(size: size))
  }

  /// A finished run of a prompt that is asked later.
  private func open(_ questions: [String]) throws {
    state.setup.prompt = try state.setup.prompt.framed(
      PromptFraming(question: questions[0], asksAfterEviction: true, questions: questions))
    state.run = RunFixture.makeRun(state.setup.prompt)
    let count = try #require(state.setup.prompt.laterQuestion).tokens.count
    state.run.questionQueries = RunFixture.queries(
      count: count, after: state.setup.prompt.tokens.count, seed: 5)
  }

  @Test func aKeyPutsTheQuestionAfterTheEvictionAndBack() throws {
    try press("iWho hid it?<Enter>")
    let whole = state.setup.prompt
    #expect(try press("I") == .explore)
    #expect(state.setup.prompt.laterQuestionText == "Who hid it?")
    #expect(state.setup.prompt.tokens.count < whole.tokens.count)
    #expect(state.message?.contains("after the eviction") == true)
    #expect(try press("I") == .explore)
    #expect(state.setup.prompt.asksTheSame(as: whole))
    #expect(try press("u") == .explore)
    #expect(state.setup.prompt.laterQuestion != nil)
    #expect(try press(":question-after<Enter>") == .explore)
    #expect(state.setup.prompt.laterQuestion == nil)
  }

  @Test func withoutAQuestionTheNextOneComesAfter() throws {
    #expect(try press("I") == .none)
    #expect(state.message?.contains("i asks one") == true)
    #expect(try press("iWho hid it?<Enter>") == .explore)
    #expect(state.setup.prompt.laterQuestionText == "Who hid it?")
  }

  @Test func aQuestionBeforeTheTextCannotComeAfterIt() throws {
    state.setup.prompt = try state.setup.prompt.framed(
      PromptFraming(question: "Who?", putsQuestionFirst: true))
    #expect(try press("I") == .none)
    #expect(state.message?.contains("before the text") == true && state.setup.prompt.laterQuestion == nil)
  }

  @Test func keysAndNumbersGoBetweenQuestions() throws {
    try open(Self.questions)
    for (keys, index) in [(")", 1), (")", 2), (")", 0), ("(", 2), (":question 2<Enter>", 1), ("#2)", 0)] {
      #expect(try press(keys) == .explore, "\(keys)")
      #expect(state.setup.prompt.framing.question == Self.questions[index], "\(keys)")
      #expect(state.setup.prompt.framing.questions == Self.questions, "\(keys)")
    }
    // A new one joins them; a number beyond them is none of them.
    for number in ["0", "4", "9", "-1", "99999999999"] {
      #expect(try press(":question \(number)<Enter>") == .none, "\(number)")
      #expect(state.message == "there is no question \(number): there are 3, numbers 1 to 3")
    }
    #expect(try press(":question How?<Enter>") == .explore)
    #expect(state.setup.prompt.framing.questions == Self.questions + ["How?"])
    try press("I")
    #expect(try press(")") == .none)
    #expect(state.message?.contains("I puts them there") == true)
    // Where the question is part of the prompt, there is no list, and a number is a text.
    #expect(try press(":question 9<Enter>") == .explore)
    #expect(state.setup.prompt.framing.question == "9")
  }

  /// With no question at all the others are not gone.
  @Test func anEmptyQuestionSaysWhatBecomesOfTheOthers() throws {
    try open(Self.questions)
    #expect(try press(":question<Enter>") == .explore)
    #expect(state.setup.prompt.laterQuestion == nil)
    #expect(
      state.message
        == "no question any more, and none of the 3 is asked; ) asks the first of them; u brings the former one back"
    )
    let origin = SessionOrigin(textPath: "/a.txt", model: "embedded", gate: nil, precision: .automatic)
    #expect(SessionFile(state, origin: origin, path: "/s.laq").setup.allQuestions == [""] + Self.questions)
    #expect(try press(")") == .explore)
    #expect(state.setup.prompt.laterQuestionText == Self.questions[0])
    #expect(try press(":question<Enter>(") == .explore)
    #expect(state.setup.prompt.laterQuestionText == Self.questions[2])
    #expect(try press(":question<Enter>:question 2<Enter>") == .explore)
    #expect(state.setup.prompt.laterQuestionText == Self.questions[1])
    try open([Self.questions[0]])
    try press(":question<Enter>")
    #expect(state.message == "no question any more; u brings the former one back")
    #expect(try press(":question 2<Enter>") == .none)
    #expect(state.message == "there is no question 2: there is one, number 1")
  }

  @Test func everyViewSaysThatTheQuestionCameAfter() throws {
    try open(Self.questions)
    for view in ViewState.View.allCases {
      state.display.view = view
      #expect(text().contains("question 1 of 3 after the eviction (I)"), "\(view)")
      if view != .compare { #expect(text().contains("question ")) }
    }
    state.display.view = .text
    #expect(text().contains("question 1 of 3 after the eviction: Who hid it?"))
    (state.display.view, state.display.compare.showsSettings) = (.compare, true)
    #expect(text().contains("asked"))
    for size in GoldenScreenTests.sizes {
      for view in ViewState.View.allCases {
        state.display.view = view
        #expect(ScreenChecks.isClean(state.draw(size: size)))
      }
    }
  }

  @Test func theTimelineHasThePhaseOfTheQuestion() throws {
    try open([Self.questions[0]])
    state.display.view = .timeline
    let steps = state.scene.timeline.steps
    let first = try #require(steps.firstIndex(of: .question(0)))
    #expect(steps[first - 1] == .evict && steps.last.map { $0.phase } == "decode")
    let asked = try #require(state.run.prompt.laterQuestion).tokens.count
    #expect(steps.filter { $0.phase == "question" }.count == asked)
    state.cursor.step = first + 1
    let count = state.run.prompt.tokens.count
    #expect(text().contains("question token 2 of \(asked)") && text().contains("at position \(count + 1)"))
    #expect(CacheSizes(state.scene).sizes[first + 1] == CacheSizes(state.scene).sizes[first] + 1)
    state.cursor.step = first + asked
    #expect(text().contains("at position \(count + asked)"), "the answer begins behind the question")
  }

  @Test func aSessionKeepsTheQuestions() throws {
    try open(Self.questions)
    try press(")")
    let origin = SessionOrigin(textPath: "/a.txt", model: "embedded", gate: nil, precision: .automatic)
    let written = SessionFile(state, origin: origin, path: "/s.laq")
    let read = try SessionFile(written.data(), path: "/s.laq")
    #expect(read == written && read.setup.questionAfter == true)
    #expect(read.setup.allQuestions == Self.questions && read.setup.question == Self.questions[1])
    state.setup.prompt = RunFixture.run.prompt
    let bare = SessionFile(state, origin: origin, path: "/s.laq")
    #expect(bare.setup.questionAfter == nil && bare.setup.questions == nil && bare.setup.allQuestions == [""])
  }

  @Test func theWholeAnswersHaveTheOtherQuestionsToo() throws {
    try open(Self.questions)
    var other = RunFixture.makeRun(
      try state.setup.prompt.asking(Self.questions[1]))
    other.referenceLogits = [[0]]
    state.run.answered = [try #require(AnsweredQuestion(other))]
    state.overlays.showsAnswer = true
    #expect(text().contains("The question: Who hid it?"))
    #expect(text().contains("Another question, on the same caches: Where is the key?"))
    state.overlays.showsAnswer = false
    let request = ExportRequest("page.html", scope: .everything, format: nil, replacing: false)
    let page = String(
      decoding: try state.exported(request, size: Self.size, glyphs: .unicode), as: UTF8.self)
    #expect(page.contains("The question came after the eviction") && page.contains("<q>Who hid it?</q>"))
    #expect(page.contains("The same caches, asked: <q>Where is the key?</q>"))
  }

  /// What was kept stays on the screen; what was about the former question does not.
  @Test func anotherQuestionKeepsWhatWasKept() throws {
    try open(Self.questions)
    let next = state.run.anew(state.run.settings, prompt: try state.setup.prompt.asking("When?"))
    let shown = next.keeping(state.run)
    #expect(shown.results.map(\.kept) == state.run.results.map(\.kept))
    #expect(shown.full == nil && shown.decodeMass == nil && shown.figures == nil)
    #expect(shown.results.allSatisfy { !$0.hasAnswer && $0.agreement == nil })
    #expect(shown.prompt.laterQuestionText == "When?")
  }
}
