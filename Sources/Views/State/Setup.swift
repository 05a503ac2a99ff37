import Eviction
import Exploration

/// The prompt and the whole settings, and the policies that are looked at under them: what can be undone, and
/// kept to come back to.
package struct Setup: Sendable, Equatable {
  /// The text with its question.
  package var prompt: Prompt
  /// What is asked of the engine.
  package var settings: ExplorationSettings
  /// The active policy, an index into the settings' list.
  package var policy: Int
  /// The pinned policy, an index into the same list.
  package var pinned: Int?

  /// Gathers the parts.
  package init(prompt: Prompt, settings: ExplorationSettings, policy: Int, pinned: Int?) {
    (self.prompt, self.settings, self.policy, self.pinned) = (prompt, settings, policy, pinned)
  }

  // The same text with the same question has the same tokens.
  package static func == (left: Setup, right: Setup) -> Bool {
    left.asksTheSame(as: right) && (left.policy, left.pinned) == (right.policy, right.pinned)
  }

  /// The active policy; `nil` where the list has none.
  var active: Policy? { settings.policies.indices.contains(policy) ? settings.policies[policy] : nil }
  /// The active policy's title.
  package var policyTitle: String { active?.title ?? "full" }
  /// The pinned policy's title.
  package var pinnedTitle: String? {
    pinned.flatMap { settings.policies.indices.contains($0) ? settings.policies[$0].title : nil }
  }
  /// The policies that are edited by hand.
  var editedPolicies: [Policy] { settings.policies.filter { !$0.edits.isEmpty } }

  /// Moves the chosen policies into the list.
  mutating func comeIntoList() {
    policy = min(max(0, policy), max(0, settings.policies.count - 1))
    pinned = pinned.flatMap { settings.policies.indices.contains($0) ? $0 : nil }
  }

  /// Whether the engine would compute the same.
  func asksTheSame(as other: Setup) -> Bool {
    settings == other.settings && prompt.asksTheSame(as: other.prompt)
  }
}

extension ViewState {
  /// Takes the settings to come back to from a session's file, which holds what is edited in them.
  package mutating func open(other setup: Setup) {
    editing.other = setup
    noticeWrittenEdits()
  }

  /// Goes back to an earlier one. Where the list of policies stays the same, so do the chosen ones.
  /// - Returns: what the program must do.
  mutating func restore(_ earlier: Setup) -> Effect {
    let present = setup
    setup = earlier
    if earlier.settings.policies == present.settings.policies {
      (setup.policy, setup.pinned) = (present.policy, present.pinned)
    }
    return earlier.asksTheSame(as: present) ? .none : .explore
  }

  /// Takes back the last change of settings.
  mutating func undoChange() -> Effect {
    guard let earlier = editing.undo.popLast() else {
      message = "nothing to undo"
      return .none
    }
    return restore(earlier)
  }

  /// Keeps the present settings as the other ones; once there are others, goes to them and keeps the present
  /// ones.
  mutating func exchangeSetups() -> Effect {
    guard let other = editing.other else {
      editing.other = setup
      message =
        "these settings are kept: change some, then \(display.keys.shown(.exchange)) goes from one to the other"
      return .none
    }
    guard other != setup else {
      message = "nothing has changed since \(display.keys.shown(.exchange)) kept these settings"
      return .none
    }
    let present = setup
    editing.undo.append(present)
    editing.other = present
    setup = other
    message =
      "budget \(setup.settings.budget), \(setup.policyTitle), \(setup.settings.policies.count) policies; \(display.keys.shown(.exchange)) goes back"
    return other.asksTheSame(as: present) ? .none : .explore
  }
}
