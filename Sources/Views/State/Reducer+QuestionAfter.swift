import Exploration

extension ViewState {
  /// Puts the question after the eviction, or back into the prompt.
  mutating func toggleQuestionAfter() -> Effect {
    guard run.hasModel else {
      message = PromptError.noTokenizer(setup.prompt.name).description
      return .none
    }
    var framing = setup.prompt.framing
    guard !framing.putsQuestionFirst else {
      message = "the question stands before the text: it cannot come after the eviction"
      return .none
    }
    framing.asksAfterEviction.toggle()
    if framing.asksAfterEviction, let question = framing.question, !framing.questions.contains(question) {
      framing.questions.append(question)
    }
    do {
      let asked = try setup.prompt.framed(framing, answerLimit: setup.settings.answerLimit)
      let ask = framing.question == nil ? "; \(display.keys.shown(.question)) asks one" : ""
      return explore(
        asked,
        (framing.asksAfterEviction
          ? "the question comes after the eviction: policies see the text without it"
          : "policies see the question with the text") + ask)
    } catch {
      message = String(describing: error)
      return .none
    }
  }

  /// Goes to another of the questions that are put to the same caches.
  /// - Parameter change: how many further in their list, which has no end.
  mutating func turnQuestion(by change: Int) -> Effect {
    let questions = setup.prompt.framing.questions
    // With none of the list asked, the list's ends are next to each other.
    let isAsked = setup.prompt.laterQuestion != nil
    guard listsQuestions, questions.count > (isAsked ? 1 : 0) else {
      message =
        !isAsked
        ? "questions are put one after the other where they come after the eviction; \(display.keys.shown(.questionAfter)) puts them there"
        : "there is one question; \(display.keys.shown(.question)) asks another on the same caches"
      return .none
    }
    let index = questions.firstIndex { $0 == setup.prompt.framing.question } ?? (change > 0 ? -1 : 0)
    return ask(number: ((index + change) % questions.count + questions.count) % questions.count)
  }

  /// Goes to one of the questions by its place in their list.
  private mutating func ask(number index: Int) -> Effect {
    let questions = setup.prompt.framing.questions
    let effect = ask(questions[index])
    if effect == .explore {
      message = "question \(index + 1) of \(questions.count), on the same caches: \(questions[index])"
    }
    return effect
  }

  /// Asks what was typed: the number of a question in their list, or its words.
  mutating func ask(typed text: String) -> Effect {
    let questions = setup.prompt.framing.questions
    guard listsQuestions, !questions.isEmpty, let number = Int(text) else { return ask(text) }
    guard (1...questions.count).contains(number) else {
      message = "there is no question \(number): \(Self.listed(questions.count))"
      return .none
    }
    return ask(number: number - 1)
  }

  /// Whether there is a list of questions that come after the eviction.
  var listsQuestions: Bool { setup.prompt.framing.asksAfterEviction }

  /// How many questions there are.
  static func listed(_ count: Int) -> String {
    count == 1 ? "there is one, number 1" : "there are \(count), numbers 1 to \(count)"
  }
}
