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
    guard setup.prompt.laterQuestion != nil, questions.count > 1 else {
      message =
        setup.prompt.laterQuestion == nil
        ? "questions are put one after the other where they come after the eviction; \(display.keys.shown(.questionAfter)) puts them there"
        : "there is one question; \(display.keys.shown(.question)) asks another on the same caches"
      return .none
    }
    let index = questions.firstIndex { $0 == setup.prompt.framing.question } ?? 0
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
    if setup.prompt.laterQuestion != nil, let number = Int(text), questions.indices.contains(number - 1) {
      return ask(number: number - 1)
    }
    return ask(text)
  }
}
