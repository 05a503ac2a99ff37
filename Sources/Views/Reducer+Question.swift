import Exploration

extension ViewState {
  /// Opens the line of the prompt's question.
  mutating func askForQuestion() { entry = Entry(.question, prompt.framing.question ?? "") }

  /// Asks the text another question; none, if there is nothing but space in it.
  ///
  /// What model and text have in common with the former prompt is not computed again; the former question comes back
  /// by undoing.
  mutating func ask(_ text: String) -> Effect {
    let question = text.allSatisfy(\.isWhitespace) ? nil : text
    do {
      let asked = try prompt.asking(question)
      guard asked.hash != prompt.hash else {
        message = question == nil ? "there is no question beside the text" : "this is the question already"
        return .none
      }
      undo.append(setup)
      prompt = asked
      settings.fit(tokenCount: asked.tokens.count)
      message = "\(question == nil ? "no question any more" : "another question"); u brings the former one back"
      return .explore
    } catch {
      message = String(describing: error)
      entry = Entry(.question, text)
      return .none
    }
  }

  /// Forgets what belongs to the former prompt's tokens.
  public mutating func beginPrompt() {
    cursor = min(cursor, prompt.tokens.count - 1)
    (selectionStart, step, isPlaying, details) = (nil, nil, false, Details())
  }
}
