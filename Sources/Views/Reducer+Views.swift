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
    default: nil
    }
  }
}

extension ViewState {
  /// Opens a view. The timeline opens where there is something to see: at the first step at which the pinned policy's answer,
  /// or else the active one's, leaves the full cache's.
  public mutating func open(_ wanted: View) {
    defer { view = wanted }
    guard wanted == .timeline, view != .timeline, step == nil, story.stage == .done, let difference = firstDifference,
      let index = timeline.steps.firstIndex(of: .decode(difference))
    else { return }
    go(to: index)
  }

  /// The first token at which the pinned policy's answer, or else the active one's, is not the full cache's.
  var firstDifference: Int? {
    guard story.hasModel, let full = story.full else { return nil }
    return [pinnedLane, lane].lazy.compactMap { $0 }.compactMap { $0.answer.firstDifference(from: full.answer) }.first
  }
}
