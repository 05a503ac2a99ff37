import Screen

extension ViewState {
  /// Edits by hand that no file holds.
  var unwrittenEdits: Int { editing.unwritten(of: setup.editedPolicies) }

  /// Edits that no file holds either, of the settings that are kept to come back to alone.
  private var unwrittenOtherEdits: Int { editing.unwrittenOfOther(beside: setup.editedPolicies) }

  /// A session's file holds the edits of both settings.
  mutating func noticeWrittenEdits() {
    editing.written = setup.editedPolicies + (editing.other?.editedPolicies ?? [])
  }

  /// Stops work, and says how to quit; twice in a row it quits.
  mutating func interrupt() -> Effect {
    let key = display.keys.shown(.interrupt)
    if typing.isInterrupted { return .quit }
    typing.isInterrupted = true
    guard why?.isFinished != false else {
      message = "stopping; \(key) again quits"
      return .cancelWhy
    }
    guard run.isFinished, !studies, run.waitingStage == nil, editing.writing == nil else {
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
      let elsewhere = others == 0 ? "" : ", \(others) in \(display.keys.shown(.exchange))'s settings,"
      losses.append("\(edits) edit\(edits == 1 ? "" : "s") by hand\(elsewhere) in no file (:write)")
    }
    if why?.isFinished == false { losses.append("a search is under way") }
    guard !losses.isEmpty else { return .quit }
    typing.entry = Entry(.leave(losses.joined(separator: ", ")))
    return .none
  }

  /// A key as the answer: `y`, or the key that asked once more, leaves.
  mutating func answerWhetherToLeave(_ key: Key) -> Effect {
    typing.entry = nil
    let isAgain = [.quit, .interrupt].contains(display.keys.binding(for: key, in: display.view)?.action)
    if key == .character("y") || key == .character("Y") || isAgain { return .quit }
    message = "still here"
    return .none
  }
}
