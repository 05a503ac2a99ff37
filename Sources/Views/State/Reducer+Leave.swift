import Eviction
import Exploration
import Screen

extension ExplorationSettings {
  /// The policies that are edited by hand.
  fileprivate var editedPolicies: [Policy] { policies.filter { !$0.edits.isEmpty } }
}

extension ViewState {
  /// The policies that are edited by hand.
  var editedPolicies: [Policy] { settings.editedPolicies }

  /// Edits by hand that no file holds.
  var unwrittenEdits: Int {
    editedPolicies.filter { !writtenPolicies.contains($0) }.reduce(0) { $0 + $1.edits.count }
  }

  /// Edits that no file holds either, of the settings that are kept to come back to alone.
  private var unwrittenOtherEdits: Int {
    let unwritten = otherSetup?.settings.editedPolicies.filter { !writtenPolicies.contains($0) } ?? []
    return unwritten.reduce(0) { count, policy in
      let present = editedPolicies.filter { $0.unedited == policy.unedited }.flatMap(\.edits)
      return count + policy.edits.filter { !present.contains($0) }.count
    }
  }

  /// A session's file holds the edits of both settings.
  mutating func noticeWrittenEdits() {
    writtenPolicies = editedPolicies + (otherSetup?.settings.editedPolicies ?? [])
  }

  /// Stops work, and says how to quit; twice in a row it quits.
  mutating func interrupt() -> Effect {
    let key = keys.shown(.interrupt)
    if isInterrupted { return .quit }
    isInterrupted = true
    guard why?.isFinished != false else {
      message = "stopping; \(key) again quits"
      return .cancelWhy
    }
    guard run.isFinished else {
      message = "stopping; \(key) again quits"
      return .cancel
    }
    message = "nothing is under way; \(key) again quits"
    return .none
  }

  /// Quits; where something would be lost it asks first, once.
  mutating func leave() -> Effect {
    var losses: [String] = []
    let others = unwrittenOtherEdits
    let edits = unwrittenEdits + others
    if edits > 0 {
      let elsewhere = others == 0 ? "" : ", \(others) in \(keys.shown(.exchange))'s settings,"
      losses.append("\(edits) edit\(edits == 1 ? "" : "s") by hand\(elsewhere) in no file (:write)")
    }
    if why?.isFinished == false { losses.append("a search is under way") }
    guard !losses.isEmpty else { return .quit }
    entry = Entry(.leave(losses.joined(separator: ", ")))
    return .none
  }

  /// A key as the answer: `y`, or the key that asked once more, leaves.
  mutating func answerWhetherToLeave(_ key: Key) -> Effect {
    entry = nil
    let isAgain = [.quit, .interrupt].contains(keys.binding(for: key, in: view)?.action)
    if key == .character("y") || key == .character("Y") || isAgain { return .quit }
    message = "still here"
    return .none
  }
}
