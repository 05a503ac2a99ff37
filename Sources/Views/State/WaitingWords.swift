import Eviction
import Exploration
import Screen

extension Scene {
  /// The policies that are looked at, what is seen first first: the active and the pinned one, and all of them
  /// where a view puts them beside each other.
  var watched: [Policy] {
    let isBeside = display.view == .compare || display.view == .timeline
    return ExplorationSettings.distinct(chosen + (isBeside ? setup.settings.policies : []))
  }

  /// The active and the pinned policy.
  var chosen: [Policy] {
    let policies = setup.settings.policies
    return [setup.policy, setup.pinned].compactMap { $0 }.filter(policies.indices.contains).map {
      policies[$0]
    }
  }

  /// The policies that are looked at and of which something has waited until now; none while a person has
  /// stopped them.
  var missingPolicies: [Policy] {
    let wanted = watched.filter { run.lacks([$0]) }
    return wanted == details.stoppedPolicies ? [] : wanted
  }

  /// Why a listed policy has no result, or what it waits for; `nil` where it simply has not come yet.
  func reason(_ index: Int) -> String? {
    guard setup.settings.policies.indices.contains(index) else { return nil }
    let policy = setup.settings.policies[index]
    if let reason = run.unavailableReasons[policy] { return reason }
    guard run.waiting.contains(policy) else { return nil }
    guard watched.contains(policy) else { return "waits until you look" }
    if run.waitingStage != nil { return "is computed now" }
    guard run.stage == .done else { return "comes after the others" }
    return details.stoppedPolicies?.contains(policy) == true
      ? "stopped; \(display.keys.shown(.run)) computes it" : "is computed now"
  }

  /// What a policy, or with `nil` the full cache, has answered in an evaluation: it is read until the answer
  /// is given again.
  func earlierAnswer(_ index: Int?, _ glyphs: GlyphSet) -> String? {
    let policies = setup.settings.policies
    let policy = index.map { policies.indices.contains($0) ? policies[$0] : nil } ?? Policy("full")
    return policy.flatMap { run.earlierAnswers[$0] }.map {
      "in the results: \(Sanitizer.visible($0, glyphs: glyphs, spaces: false))"
    }
  }
}

extension ViewState {
  /// The policies that are on the screen, for the engine: of the others those wait whose choice takes long.
  package var watched: [Policy] { scene.watched }

  /// The active and the pinned one, which come first whatever view is open.
  package var chosenPolicies: [Policy] { scene.chosen }

  /// What of them the engine is to compute now.
  package var missingPolicies: [Policy] { why?.isFinished == false ? [] : scene.missingPolicies }

  /// Leaves what has waited as it is, until other policies are looked at.
  package mutating func stopWaiting() { details.stoppedPolicies = scene.watched.filter { run.lacks([$0]) } }

  /// Forgets that, once nothing that waits is looked at.
  package mutating func resumeWaiting() {
    guard details.stoppedPolicies != nil, !scene.watched.contains(where: { run.lacks([$0]) }) else { return }
    details.stoppedPolicies = nil
  }
}
