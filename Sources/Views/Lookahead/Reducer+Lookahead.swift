import Eviction
import Exploration

extension ViewState {
  /// Moves through the rows of the study.
  mutating func moveInLookahead(_ action: KeyTable.Action, times: Int) {
    guard let count = scene.studyRequest?.rows.count, count > 0 else { return }
    display.lookahead.row = action.row(from: scene.studyRow, of: count, times: times, page: 8)
  }

  /// Explores the chosen row's policy: it joins the list, and is the active one.
  mutating func exploreStudiedRow() -> Effect {
    guard let rows = scene.studyRequest?.rows, rows.indices.contains(scene.studyRow) else { return .none }
    let wanted = rows[scene.studyRow].policy
    if wanted == setup.active { message = "\(wanted.title) is the active policy already" }
    // Its row is found by the policy from now on.
    display.lookahead.row = nil
    return choose(wanted)
  }

  /// Chooses a listed policy, or adds a new one.
  mutating func choose(_ wanted: Policy) -> Effect {
    if let index = setup.settings.policies.firstIndex(of: wanted) {
      choosePolicy(index)
      return .none
    }
    let effect = changeSettings { $0.policies.append(wanted) }
    choosePolicy(setup.settings.policies.count - 1)
    return effect
  }

  /// Whether the open view's study, or its figures at other budgets, go on, which can be stopped.
  package var studies: Bool {
    display.view == .lookahead && scene.study?.isFinished == false
      || !scene.missingKeys.isEmpty && !scene.isSweepStopped
  }

  /// Takes note that a person has stopped what the open view lacks.
  package mutating func stopSweep() { details.stoppedSweep = scene.missingKeys }
}
