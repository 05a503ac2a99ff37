extension ViewState.Entry {
  /// What the status line says meanwhile: wordings from long to short.
  func notes(keys: KeyTable) -> [String] {
    switch purpose {
    case .export(.view):
      [
        "the ending chooses: .svg .html .txt .ansi draw the view, .json .csv .npz .safetensors hold the kept tokens",
        ".svg .html .txt .ansi draw it; .json .csv .npz .safetensors: tokens",
        ".svg .html .txt .ansi, or .json for the tokens",
      ]
    case .export(.everything):
      [
        "the ending chooses: .json .csv .npz .safetensors hold what every policy keeps, .html shows it in a browser",
        ".json .csv .npz .safetensors, or .html for a browser",
      ]
    case .session:
      [
        "settings, edits, question, place and what was computed; 'recording' behind the name: the recording, too",
        "settings, hand-made edits, question and place; laq-tui and this file's name bring all of it back",
        "laq-tui and this file's name bring all of it back",
      ]
    case .question:
      [
        "Enter asks it, Esc leaves; empty: no question.  C-o a line break  C-a C-e ends  C-w word  C-u line  Up earlier ones",
        "Enter asks, Esc leaves; empty: none; C-o: a line break",
      ]
    case .search:
      searchNotes(goingOn: "\(keys.shown(.searchNext)) and \(keys.shown(.searchPrevious)) go on")
    case .command: commandNotes
    case .replace, .replaceSession, .leave: []
    }
  }

  private func searchNotes(goingOn: String) -> [String] {
    [
      "text, #id for a token id, /expression/ for a regular expression; Enter finds, \(goingOn)",
      "text, #id, or /expression/; \(goingOn)",
    ]
  }

  /// The command that is being typed, or how to see them all.
  private var commandNotes: [String] {
    let word = line.before.prefix { $0 != " " }
    guard let command = Command(typed: String(word)), line.before.contains(" ") || command.rawValue == word
    else {
      return [
        "Tab lists the commands and goes through them; Up brings back earlier ones", "Tab lists the commands",
      ]
    }
    return [
      "\(command.synopsis)   \(command.words)   Tab completes", "\(command.synopsis)   \(command.words)",
      command.synopsis,
    ]
    .filter { !$0.isEmpty }
  }
}
