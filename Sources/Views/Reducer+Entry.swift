import Eviction
import Screen

extension ViewState {
  /// A key while a line is being typed.
  mutating func edit(_ key: Key) -> Effect {
    guard let current = entry else { return .none }
    if case .replace(let request) = current { return answer(key, toReplacingBy: request) }
    var text = current.text
    switch key {
    case .character(let character): text.append(character)
    case .control("u"): text = ""
    case .backspace:
      if text.isEmpty {
        entry = nil
        return .none
      }
      text.removeLast()
    case .escape, .control("c"):
      entry = nil
      return .none
    case .enter:
      entry = nil
      switch current {
      case .search:
        search = text.isEmpty ? search : text
        find(search, from: cursor + 1, forward: true)
        return .none
      case .command: return run(command: text)
      case .export(_, let scope): return export(ExportRequest(text, scope: scope))
      case .replace: return .none
      }
    default: break
    }
    entry = current.typing(text)
    return .none
  }

  /// Moves to the next token that contains a text, or has an id written as `#41`; wraps around.
  mutating func find(_ wanted: String, from start: Int, forward: Bool) {
    let tokens = story.prompt.tokens
    guard !wanted.isEmpty else {
      message = "nothing to find; / begins a search"
      return
    }
    let needle = Array(wanted.utf8)
    let id = wanted.hasPrefix("#") ? Int(wanted.dropFirst()) : nil
    for offset in tokens.indices {
      let position = ((start + (forward ? offset : -offset)) % tokens.count + tokens.count) % tokens.count
      let token = tokens[position]
      if let id {
        guard token.id == id else { continue }
      } else {
        // A text may run over several tokens: it is found at the token in which it begins.
        let range = token.byteRange
        let starts = range.contains { story.prompt.text[$0...].starts(with: needle) }
        guard starts else { continue }
      }
      cursor = position
      return
    }
    message = "not found: \(wanted)"
  }

  /// Runs a command line.
  private mutating func run(command: String) -> Effect {
    let words = command.split(separator: " ", maxSplits: 1).map(String.init)
    let value = words.count > 1 ? words[1] : ""
    switch words.first ?? "" {
    case "": return .none
    case "q", "quit": return .quit
    case "goto": number(value, in: 0...story.prompt.tokens.count - 1) { $0.cursor = $1 }
    case "layer": number(value, in: 1...(story.recording?.shape.layerCount ?? 1)) { $0.layer = $1 - 1 }
    case "head": number(value, in: 1...(story.recording?.shape.queryHeadCount ?? 1)) { $0.head = $1 - 1 }
    case "budget": return budget(value)
    case "policy": return choose(policyNamed: value)
    case "export":
      guard value.isEmpty else { return export(ExportRequest(value, scope: .view)) }
      askForView()
    case "why": return askWhy(policyNamed: value)
    case "theme":
      if let named = Theme.named(value) { theme = named } else {
        message = "themes: \(Theme.all.map(\.name).joined(separator: ", "))"
      }
    case "tour": resumeTour()
    case "notes": showsNotes = value != "off"
    case let other:
      message = "no command :\(other); try goto, layer, head, budget, policy, why, export, theme, notes, quit"
    }
    return .none
  }

  private mutating func number(
    _ text: String, in range: ClosedRange<Int>, _ apply: (inout ViewState, Int) -> Void
  ) {
    guard let value = Int(text), range.contains(value) else {
      message = "a number from \(range.lowerBound) to \(range.upperBound) was expected"
      return
    }
    apply(&self, value)
  }

  /// Takes a budget in tokens, as a share or in bytes.
  private mutating func budget(_ text: String) -> Effect {
    do {
      let wanted = try Budget(parsing: text)
      guard let shape = story.recording?.shape else {
        message = "the budget can be changed once the text has passed through the model"
        return .none
      }
      var changed = settings
      try changed.resolve(wanted, shape: shape, tokenCount: story.prompt.tokens.count)
      return changeSettings { $0 = changed }
    } catch {
      message = String(describing: error)
      return .none
    }
  }

  /// Chooses a listed policy, or adds a new one.
  private mutating func choose(policyNamed text: String) -> Effect {
    do {
      let wanted = try Policy(parsing: text)
      if let index = settings.policies.firstIndex(of: wanted) {
        choosePolicy(index)
        return .none
      }
      let effect = changeSettings { $0.policies.append(wanted) }
      choosePolicy(settings.policies.count - 1)
      return effect
    } catch {
      message = String(describing: error)
      return .none
    }
  }
}
