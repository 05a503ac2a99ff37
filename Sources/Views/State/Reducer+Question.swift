import Eviction
import Exploration

extension ViewState {
  /// Opens the line of the prompt's question.
  mutating func askForQuestion() {
    guard run.hasModel else {
      message = PromptError.noTokenizer(prompt.name).description
      return
    }
    entry = Entry(.question, prompt.framing.question ?? "")
  }

  /// Asks the text another question; none, if there is nothing but space in it.
  ///
  /// What model and text have in common with the former prompt is not computed again; the former question
  /// comes back by undoing.
  mutating func ask(_ text: String) -> Effect {
    let question = text.allSatisfy(\.isWhitespace) ? nil : text
    do {
      let asked = try prompt.asking(question, answerLimit: settings.answerLimit)
      guard asked.hash != prompt.hash else {
        message = question == nil ? "there is no question beside the text" : "this is the question already"
        return .none
      }
      undo.append(setup)
      let lostCount = carryEdits(PromptShift(from: prompt, to: asked))
      prompt = asked
      settings.fit(tokenCount: asked.tokens.count)
      message =
        "\(question == nil ? "no question any more" : "another question"); \(keys.shown(.undo)) brings the former one back"
        + (lostCount > 0 ? "; what was kept or evicted by hand of the former one is left out" : "")
      return .explore
    } catch {
      message = String(describing: error)
      entry = Entry(.question, text)
      return .none
    }
  }

  /// Moves what was kept by hand to where its tokens are now. A policy of whose edits nothing is left is the
  /// one that it was made of, and stands in the list once.
  /// - Returns: how many edited tokens the new prompt lacks.
  private mutating func carryEdits(_ shift: PromptShift) -> Int {
    let (carried, lostCount) = shift.carried(settings.policies)
    var policies: [Policy] = []
    var places: [Int] = []
    for (index, changed) in carried.enumerated() {
      if changed != settings.policies[index], let base = policies.firstIndex(of: changed) {
        places.append(base)
      } else {
        places.append(policies.count)
        policies.append(changed)
      }
    }
    if policies.count < places.count {
      if places.indices.contains(policy) { policy = places[policy] }
      pinned = pinned.flatMap { places.indices.contains($0) && places[$0] != policy ? places[$0] : nil }
    }
    settings.policies = policies
    return lostCount
  }

  /// Forgets what belongs to the former prompt's tokens.
  package mutating func beginPrompt() {
    cursor = min(cursor, prompt.tokens.count - 1)
    (selectionStart, step, isPlaying, details) = (nil, nil, false, Details())
  }
}
