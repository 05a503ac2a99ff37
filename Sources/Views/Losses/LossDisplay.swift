import Exploration

/// Which losses are listed, and how far a person has stepped through them.
package struct LossDisplay: Sendable {
  /// Which of them are wanted.
  package var filter = LossList.Filter()
  /// Whether they are the active policy's though another one is pinned.
  package var isActive = false
  /// The row under the cursor.
  package var row = 0
  /// What was asked for last: under other settings it is asked for again only where somebody looks.
  var asked: LossList.Request?
  /// How many losses further a person wants to be once the list is there; `nil` where nobody waits for it.
  var awaited: Int?
  /// The place where the search for the largest loss went.
  var largest: Run.Place?
}

extension ViewState {
  /// The losses that are asked for, once they are in order.
  package var shownLosses: LossList? { scene.losses }
}

extension Scene {
  /// Whose losses are listed: the pinned policy's, or else the active one's.
  var losing: PolicyResult? { display.losses.isActive ? result : pinnedResult ?? result }
  /// The policy that the losing one is compared with.
  var keeping: PolicyResult? {
    let other = display.losses.isActive ? pinnedResult : pinnedResult == nil ? nil : result
    return other?.policy == losing?.policy ? nil : other
  }
  /// What is asked for.
  var lossRequest: LossList.Request? { LossList.Request(run, result: losing, filter: display.losses.filter) }
  /// The losses, once they are in order.
  var losses: LossList? { lossRequest.flatMap { details.losses[$0] } }
}
