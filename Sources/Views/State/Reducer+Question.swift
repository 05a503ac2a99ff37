import Eviction
import Exploration

extension ViewState {
  /// Opens the line of the prompt's question.
  mutating func askForQuestion() {
    guard run.hasModel else {
      message = PromptError.noTokenizer(setup.prompt.name).description
      return
    }
    typing.entry = Entry(.question, setup.prompt.framing.question ?? "")
  }

  /// Asks the text another question; none, if there is nothing but space in it.
  ///
  /// What model and text have in common with the former prompt is not computed again; the former question
  /// comes back by undoing.
  mutating func ask(_ text: String) -> Effect {
    let question = text.allSatisfy(\.isWhitespace) ? nil : text
    do {
      let asked = try setup.prompt.asking(question, answerLimit: setup.settings.answerLimit)
      guard !asked.asksTheSame(as: setup.prompt) else {
        message = question == nil ? "there is no question beside the text" : "this is the question already"
        return .none
      }
      let count = setup.prompt.framing.questions.count
      let waiting =
        question == nil && listsQuestions && count > 1
        ? ", and none of the \(count) is asked; \(display.keys.shown(.questionNext)) asks the first of them"
        : ""
      return explore(
        asked,
        "\(question == nil ? "no question any more" : "another question")\(waiting); "
          + "\(display.keys.shown(.undo)) brings the former one back")
    } catch {
      message = String(describing: error)
      typing.entry = Entry(.question, text)
      return .none
    }
  }

  /// Goes on with the same text and something else around it; undoing brings the former back.
  mutating func explore(_ prompt: Prompt, _ words: String) -> Effect {
    editing.undo.append(setup)
    let lostCount = carryEdits(PromptShift(from: setup.prompt, to: prompt))
    let isSame = prompt.asksTheSame(as: setup.prompt)
    setup.prompt = prompt
    setup.settings.fit(tokenCount: prompt.tokens.count)
    message =
      words + (lostCount > 0 ? "; what was kept or evicted by hand of the former one is left out" : "")
    return isSame ? .none : .explore
  }

  /// Moves what was kept by hand to where its tokens are now. A policy of whose edits nothing is left is the
  /// one that it was made of, and stands in the list once.
  /// - Returns: how many edited tokens the new prompt lacks.
  private mutating func carryEdits(_ shift: PromptShift) -> Int {
    let (carried, lostCount) = shift.carried(setup.settings.policies)
    var policies: [Policy] = []
    var places: [Int] = []
    for (index, changed) in carried.enumerated() {
      if changed != setup.settings.policies[index], let base = policies.firstIndex(of: changed) {
        places.append(base)
      } else {
        places.append(policies.count)
        policies.append(changed)
      }
    }
    if policies.count < places.count {
      if places.indices.contains(setup.policy) { setup.policy = places[setup.policy] }
      setup.pinned = setup.pinned.flatMap {
        places.indices.contains($0) && places[$0] != setup.policy ? places[$0] : nil
      }
    }
    setup.settings.policies = policies
    return lostCount
  }

  /// Forgets what belongs to the former question, where the prompt's tokens are the same.
  package mutating func beginQuestion() {
    (cursor.step, cursor.isPlaying, details) = (nil, false, Details())
  }

  /// Forgets what belongs to the former prompt's tokens.
  package mutating func beginPrompt() {
    cursor.position = min(cursor.position, setup.prompt.tokens.count - 1)
    (cursor.selectionStart, cursor.step, cursor.isPlaying, details) = (nil, nil, false, Details())
  }
}
