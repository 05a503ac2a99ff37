import Exploration

/// The prompt and the whole settings, and the policies that are looked at under them: what can be undone, and
/// kept to come back to.
package struct Setup: Sendable, Equatable {
  /// The text with its question.
  package let prompt: Prompt
  /// What is asked of the engine.
  package let settings: ExplorationSettings
  /// The active policy, an index into the settings' list.
  package let policy: Int
  /// The pinned policy, an index into the same list.
  package let pinned: Int?

  /// Gathers the parts.
  package init(prompt: Prompt, settings: ExplorationSettings, policy: Int, pinned: Int?) {
    (self.prompt, self.settings, self.policy, self.pinned) = (prompt, settings, policy, pinned)
  }

  // The same text with the same question has the same tokens.
  package static func == (left: Setup, right: Setup) -> Bool {
    left.asksTheSame(as: right) && (left.policy, left.pinned) == (right.policy, right.pinned)
  }

  /// Whether the engine would compute the same.
  func asksTheSame(as other: Setup) -> Bool { settings == other.settings && prompt.hash == other.prompt.hash }
}

extension ViewState {
  /// The present one.
  var setup: Setup { Setup(prompt: prompt, settings: settings, policy: policy, pinned: pinned) }

  /// Takes the settings to come back to from a session's file, which holds what is edited in them.
  package mutating func open(other setup: Setup) {
    otherSetup = setup
    noticeWrittenEdits()
  }

  /// Goes back to an earlier one. Where the list of policies stays the same, so do the chosen ones.
  /// - Returns: what the program must do.
  mutating func restore(_ setup: Setup) -> Effect {
    let isSameList = setup.settings.policies == settings.policies
    let effect = setup.asksTheSame(as: self.setup) ? Effect.none : .explore
    (prompt, settings) = (setup.prompt, setup.settings)
    if !isSameList { (policy, pinned) = (setup.policy, setup.pinned) }
    return effect
  }

  /// Takes back the last change of settings.
  mutating func undoChange() -> Effect {
    guard let earlier = undo.popLast() else {
      message = "nothing to undo"
      return .none
    }
    return restore(earlier)
  }

  /// Keeps the present settings as the other ones; once there are others, goes to them and keeps the present
  /// ones.
  mutating func exchangeSetups() -> Effect {
    guard let other = otherSetup else {
      otherSetup = setup
      message =
        "these settings are kept: change some, then \(keys.shown(.exchange)) goes from one to the other"
      return .none
    }
    guard other != setup else {
      message = "nothing has changed since \(keys.shown(.exchange)) kept these settings"
      return .none
    }
    let present = setup
    undo.append(present)
    otherSetup = present
    (prompt, settings) = (other.prompt, other.settings)
    (policy, pinned) = (other.policy, other.pinned)
    message =
      "budget \(settings.budget), \(policyTitle), \(settings.policies.count) policies; \(keys.shown(.exchange)) goes back"
    return other.asksTheSame(as: present) ? .none : .explore
  }
}
