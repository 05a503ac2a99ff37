import Eviction
import Exploration

extension ViewState {
  /// Opens what the cursor is on: the same place in another view, a head, a policy's settings, a step.
  mutating func openWhatIsUnderTheCursor() -> Effect {
    switch display.view {
    case .text: open(.heatmap)
    case .heatmap, .timeline: open(.text)
    case .heads: (display.view, display.heatmap.headMode) = (.heatmap, .single)
    case .compare: openAnswers()
    case .lookahead: return exploreStudiedRow()
    }
    return .none
  }

  /// Gives the active policy the next value of the first of some settings that it has. Only what this changes
  /// is computed anew; the prefill stays.
  mutating func turn(_ keys: [String], through values: [Int], name: String) -> Effect {
    guard let active = setup.active else { return .none }
    guard let changed = keys.lazy.compactMap({ active.turning($0, through: values) }).first else {
      message = "\(active.title) has no \(name) to change"
      return .none
    }
    return replaceActive(with: changed)
  }

  /// Changes what the rows of a lookahead see: the keys before them, or what the authors' code lets them see.
  mutating func turnMask() -> Effect {
    guard let active = setup.active else { return .none }
    let other = active.value(of: "mask") == "causal" ? "reference" : "causal"
    guard let changed = active.setting("mask", to: other) else {
      message = "\(active.title) has no mask to change: it is LAQ's"
      return .none
    }
    return replaceActive(with: changed)
  }

  /// Puts a policy in the active one's place.
  mutating func replaceActive(with changed: Policy) -> Effect {
    if let index = setup.settings.policies.firstIndex(of: changed) {
      choosePolicy(index)
      message = "\(changed.title) is in the list already"
      return .none
    }
    message = changed.title
    let index = setup.policy
    return changeSettings { $0.policies[index] = changed }
  }
}
