import Exploration

extension KeyTable.Action {
  /// The view that it opens, if it opens one.
  var view: ViewState.View? {
    switch self {
    case .textView: .text
    case .heatmapView: .heatmap
    case .headsView: .heads
    case .compareView: .compare
    case .timelineView: .timeline
    case .lookaheadView: .lookahead
    default: nil
    }
  }
}

extension Run {
  /// The first token at which a result's answer is not the full cache's.
  func difference(of result: PolicyResult?) -> Int? {
    full.flatMap { result?.answer.firstDifference(from: $0.answer) }
  }
}

extension ViewState {
  /// Opens a view. The timeline opens where there is something to see: at the first step at which the pinned
  /// policy's answer, or else the active one's, leaves the full cache's. What lies over views goes, but for a
  /// search that can be stopped there.
  package mutating func open(_ wanted: View) {
    (overlays.showsHelp, overlays.showsAnswer, overlays.showsLosses) = (false, false, false)
    if why?.isFinished != false { overlays.showsWhy = false }
    defer { display.view = wanted }
    guard wanted == .timeline, display.view != .timeline, cursor.step == nil, run.stage == .done,
      let difference = scene.firstDifference,
      let index = scene.timeline.steps.firstIndex(of: .decode(difference))
    else { return }
    go(to: index)
  }
}
