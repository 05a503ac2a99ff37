import Eviction
import Exploration
import Screen
import Transformer

extension ViewState {
  /// Runs a command line.
  mutating func run(command line: String, size: Size, glyphs: GlyphSet) -> Effect {
    let words = line.split(separator: " ", maxSplits: 1).map(String.init)
    guard let word = words.first else { return .none }
    let value = words.count > 1 ? words[1].trimmingSpaces() : ""
    guard let command = Command(typed: word) else {
      guard let action = KeyTable.Action(name: word) else {
        let near = Command.suggestions(for: word)
        let names = near.isEmpty ? "" : near.joined(separator: ", ") + "; or "
        message = "no command :\(word); type \(names)':' and Tab for all of them"
        return .none
      }
      return performAloud(display.keys.row(action), times: 1, hasCount: false, size: size, glyphs: glyphs)
    }
    switch command {
    case .goto:
      number(value, of: command, in: 0...max(0, run.prompt.tokens.count - 1)) { $0.cursor.position = $1 }
    case .layer:
      number(value, of: command, in: 1...max(1, run.recording?.shape.layerCount ?? 1)) {
        $0.cursor.layer = $1 - 1
      }
    case .head:
      number(value, of: command, in: 1...max(1, run.recording?.shape.queryHeadCount ?? 1)) {
        $0.cursor.head = $1 - 1
      }
    case .steps:
      let limits = ExplorationSettings.answerLimits
      let range = (1...max(1, setup.prompt.answerRoom ?? limits.upperBound)).clamped(to: limits)
      return changeSettings(by: value, of: command, in: range) { $0.answerLimit = $1 }
    case .budget: return budget(value)
    case .policy: return choose(policyNamed: value)
    case .set: return set(value)
    case .question: return ask(typed: value)
    case .answerPrefix: return beginAnswers(typed: value)
    case .granularity: return granularity(value)
    case .view:
      if let named = View.allCases.first(where: { $0.title.lowercased() == value.lowercased() }) {
        open(named)
      } else {
        refuse(command, "there is no such view", choices: View.allCases.map { $0.title.lowercased() })
      }
    case .export:
      guard value.isEmpty else { return export(ExportRequest(value, scope: .view)) }
      askForView()
    case .write: return write(sessionTo: value)
    case .why: return askWhy(typed: value)
    case .losses: openLosses(typed: value)
    case .theme:
      let themes = Theme.available(at: display.colorDepth)
      if let named = themes.first(where: { $0.name == value }) {
        display.theme = named
      } else {
        let reason =
          Theme.named(value) == nil ? "there is no such theme" : "this terminal has too few colours"
        refuse(command, reason, choices: themes.map(\.name))
      }
    case .notes:
      guard ["on", "off"].contains(value) else {
        refuse(command, "on or off was expected")
        break
      }
      display.showsNotes = value == "on"
    case .tour: resumeTour()
    case .quit: return leave()
    }
    return .none
  }

  /// Says what is wrong with a command, and how it is typed.
  mutating func refuse(_ command: Command, _ reason: String, choices: [String] = []) {
    let list = choices.isEmpty ? "" : " (\(choices.joined(separator: ", ")))"
    message = "\(reason)\(list); type \(command.synopsis), as in \(command.example)"
  }

  private mutating func number(
    _ text: String, of command: Command, in range: ClosedRange<Int>, _ apply: (inout ViewState, Int) -> Void
  ) {
    guard let value = Int(text), range.contains(value) else {
      refuse(command, "a number from \(range.lowerBound) to \(range.upperBound) was expected")
      return
    }
    apply(&self, value)
  }

  private mutating func changeSettings(
    by text: String, of command: Command, in range: ClosedRange<Int>,
    _ change: (inout ExplorationSettings, Int) -> Void
  ) -> Effect {
    var effect = Effect.none
    number(text, of: command, in: range) { state, value in
      effect = state.changeSettings { change(&$0, value) }
    }
    return effect
  }

  /// Takes a budget in tokens, as a share or in bytes.
  private mutating func budget(_ text: String) -> Effect {
    do {
      let wanted = try Budget(parsing: text)
      guard let shape = run.recording?.shape else {
        message = "the budget can be changed once the text has passed through the model"
        return .none
      }
      var changed = setup.settings
      try changed.resolve(wanted, shape: shape, tokenCount: run.prompt.tokens.count)
      return changeSettings { $0 = changed }
    } catch {
      refuse(.budget, String(describing: error))
      return .none
    }
  }

  /// Chooses a listed policy, or adds a new one.
  private mutating func choose(policyNamed text: String) -> Effect {
    do {
      return choose(try Policy(parsing: text))
    } catch {
      refuse(.policy, String(describing: error))
      return .none
    }
  }

  /// Changes a setting of the active policy, as in `m=16`.
  private mutating func set(_ text: String) -> Effect {
    guard let active = setup.active else { return .none }
    let parts = text.split(separator: "=", maxSplits: 1).map { String($0).trimmingSpaces() }
    guard parts.count == 2, let parameter = active.descriptor.parameters.first(where: { $0.key == parts[0] })
    else {
      let known = active.descriptor.parameters.map(\.key)
      if known.isEmpty {
        message =
          "\(active.title) has no settings; type :policy NAME for another policy, as in \(Command.policy.example)"
      } else {
        message =
          "settings of \(active.title): \(known.joined(separator: ", ")); type :set KEY=VALUE, as in :set \(known[0])=…"
      }
      return .none
    }
    guard let changed = active.setting(parts[0], typed: parts[1]) else {
      message = "\(parts[0]) takes \(parameter.range); type :set \(parts[0])=…"
      return .none
    }
    return replaceActive(with: changed)
  }

  private mutating func granularity(_ text: String) -> Effect {
    guard let wanted = Granularity(rawValue: text) else {
      refuse(.granularity, "one kept set per kv head or per query head was expected")
      return .none
    }
    return changeSettings { $0.granularity = wanted }
  }
}

extension String {
  /// Without spaces at its ends.
  func trimmingSpaces() -> String {
    guard let first = firstIndex(where: { $0 != " " }), let last = lastIndex(where: { $0 != " " }) else {
      return ""
    }
    return String(self[first...last])
  }
}
