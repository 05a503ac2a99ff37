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
        message = "no command :\(word); Tab lists them"
        return .none
      }
      return perform(action, times: 1, hasCount: false, size: size, glyphs: glyphs)
    }
    switch command {
    case .goto: number(value, in: 0...story.prompt.tokens.count - 1) { $0.cursor = $1 }
    case .layer: number(value, in: 1...(story.recording?.shape.layerCount ?? 1)) { $0.layer = $1 - 1 }
    case .head: number(value, in: 1...(story.recording?.shape.queryHeadCount ?? 1)) { $0.head = $1 - 1 }
    case .steps:
      let limits = ExplorationSettings.answerLimits
      return changeSettings(by: value, in: (1...max(1, prompt.answerRoom ?? limits.upperBound)).clamped(to: limits)) { $0.answerLimit = $1 }
    case .budget: return budget(value)
    case .policy: return choose(policyNamed: value)
    case .set: return set(value)
    case .question: return ask(value)
    case .granularity: return granularity(value)
    case .view:
      if let named = View.allCases.first(where: { $0.title.lowercased() == value.lowercased() }) { view = named } else {
        message = "views: \(View.allCases.map { $0.title.lowercased() }.joined(separator: ", "))"
      }
    case .export:
      guard value.isEmpty else { return export(ExportRequest(value, scope: .view)) }
      askForView()
    case .write: return write(sessionTo: value)
    case .why: return askWhy(policyNamed: value)
    case .theme:
      let themes = Theme.available(at: colorDepth)
      if let named = themes.first(where: { $0.name == value }) { theme = named } else {
        message = "themes here: \(themes.map(\.name).joined(separator: ", "))"
      }
    case .notes: showsNotes = value != "off"
    case .tour: resumeTour()
    case .quit: return .quit
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

  private mutating func changeSettings(
    by text: String, in range: ClosedRange<Int>, _ change: (inout ExplorationSettings, Int) -> Void
  ) -> Effect {
    var effect = Effect.none
    number(text, in: range) { state, value in effect = state.changeSettings { change(&$0, value) } }
    return effect
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

  /// Changes a setting of the active policy, as in `m=16`.
  private mutating func set(_ text: String) -> Effect {
    guard settings.policies.indices.contains(policy) else { return .none }
    let active = settings.policies[policy]
    let parts = text.split(separator: "=", maxSplits: 1).map { String($0).trimmingSpaces() }
    guard parts.count == 2, let parameter = active.descriptor.parameters.first(where: { $0.key == parts[0] }) else {
      let known = active.descriptor.parameters.map(\.key)
      message =
        known.isEmpty ? "\(active.title) has no settings" : "settings of \(active.title), as in \(known[0])=…: \(known.joined(separator: ", "))"
      return .none
    }
    guard let changed = active.setting(parts[0], to: parts[1]) else {
      message = "\(parts[0]) takes \(parameter.range)"
      return .none
    }
    return replaceActive(with: changed)
  }

  private mutating func granularity(_ text: String) -> Effect {
    guard let wanted = Granularity(rawValue: text) else {
      message = "one kept set per kv head or per query head: \(Granularity.allCases.map(\.rawValue).joined(separator: ", "))"
      return .none
    }
    return changeSettings { $0.granularity = wanted }
  }
}

extension String {
  /// Without spaces at its ends.
  fileprivate func trimmingSpaces() -> String {
    guard let first = firstIndex(where: { $0 != " " }), let last = lastIndex(where: { $0 != " " }) else { return "" }
    return String(self[first...last])
  }
}
