import Exploration
import Foundation

extension ViewState {
  /// Begins every answer with what was typed, or with nothing; in quotes it is a text as in JSON, with the
  /// spaces and line breaks at its ends.
  mutating func beginAnswers(typed text: String) -> Effect {
    guard run.hasModel, setup.prompt.canBeFramed else {
      message = PromptError.noTokenizer(setup.prompt.name).description
      return .none
    }
    var prefix = text
    if text.hasPrefix("\"") {
      guard let quoted = try? JSONDecoder().decode(String.self, from: Data(text.utf8)) else {
        refuse(.answerPrefix, "the text in quotes does not end, or has something behind it")
        return .none
      }
      prefix = quoted
    }
    var framing = setup.prompt.framing
    framing.answerPrefix = prefix.isEmpty ? nil : prefix
    do {
      let begun = try setup.prompt.framed(framing, answerLimit: setup.settings.answerLimit)
      guard !begun.asksTheSame(as: setup.prompt) else {
        message = prefix.isEmpty ? "answers begin with nothing already" : "answers begin with this already"
        return .none
      }
      return explore(
        begun,
        (prefix.isEmpty ? "answers begin with nothing any more" : "every answer begins with \"\(prefix)\"")
          + "; \(display.keys.shown(.undo)) brings the former beginning back")
    } catch {
      message = String(describing: error)
      return .none
    }
  }
}
