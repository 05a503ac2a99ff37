import Screen

extension ViewState {
  /// A key while a line is being typed.
  mutating func edit(_ key: Key, size: Size, glyphs: GlyphSet) -> Effect {
    guard var current = typing.entry else { return .none }
    switch current.purpose {
    case .replace(let request): return answer(key, toReplacingBy: request)
    case .replaceSession(let request): return answer(key, toReplacingBy: request)
    case .leave: return answerWhetherToLeave(key)
    default: break
    }
    switch key {
    case .tab: complete(forward: true)
    case .backTab: complete(forward: false)
    case .up, .control("p"): recall(older: true)
    case .down, .control("n"): recall(older: false)
    case .escape where current.completion != nil:
      current.line.replaceBefore(by: current.completion?.typed ?? "")
      current.completion = nil
      typing.entry = current
    case .escape, .control("c"): typing.entry = nil
    case .backspace where current.line.isEmpty: typing.entry = nil
    case .enter: return finish(current, size: size, glyphs: glyphs)
    case .control("o") where current.purpose == .question: type(.character("\n"))
    default: type(key)
    }
    return .none
  }

  /// Puts a pasted text into the line that is being typed, and nowhere else: as keys it could do anything.
  ///
  /// A question keeps its line breaks; in other lines they become spaces.
  package mutating func paste(_ text: String) {
    message = nil
    switch typing.entry?.purpose {
    case nil, .replace, .replaceSession, .leave:
      message = "a paste needs a line to go to: \(display.keys.shown(.question)) opens the question's"
    case .question: type(text)
    case .search, .command, .export, .session: type(text.replacing("\n", with: " "))
    }
  }

  private mutating func type(_ text: String) {
    typing.entry?.line.insert(text)
    typing.entry?.completion = nil
    typing.entry?.recalled = nil
  }

  private mutating func type(_ key: Key) {
    guard typing.entry?.line.edit(key) == true else { return }
    typing.entry?.completion = nil
    typing.entry?.recalled = nil
  }

  /// Takes a line that is complete.
  private mutating func finish(_ line: Entry, size: Size, glyphs: GlyphSet) -> Effect {
    typing.entry = nil
    typing.history.add(line)
    switch line.purpose {
    case .search:
      search.typed = line.text.isEmpty ? search.typed : line.text
      find(from: cursor.position + 1, forward: true)
      return .none
    case .command: return run(command: line.text, size: size, glyphs: glyphs)
    case .question: return ask(line.text)
    case .export(let scope): return export(ExportRequest(line.text, scope: scope))
    case .session: return write(sessionTo: line.text)
    case .replace, .replaceSession, .leave: return .none
    }
  }

  /// Calls an earlier line back that begins as what has been typed; behind the newest one comes that again.
  private mutating func recall(older: Bool) {
    guard var current = typing.entry else { return }
    let typed = current.recalled?.typed ?? current.text
    // A question begins with the present one in the line, which no earlier one needs to begin with.
    let beginning = current.purpose == .question ? "" : typed
    if let found = typing.history.line(
      older: older, than: current.recalled?.place, beginning: beginning, for: current.purpose)
    {
      (current.line, current.recalled) = (TextLine(found.text), (found.place, typed))
    } else if !older, current.recalled != nil {
      (current.line, current.recalled) = (TextLine(typed), nil)
    }
    current.completion = nil
    typing.entry = current
  }
}
