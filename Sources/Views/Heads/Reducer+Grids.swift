import Exploration

extension ViewState {
  /// Moves by layers and heads, or along the sorted list.
  mutating func moveInHeads(_ action: KeyTable.Action, times: Int) {
    guard let shape = run.recording?.shape else { return }
    if sortsHeads, let order = HeadGrid(self)?.sorted {
      let place = order.firstIndex { $0.layer == layer && $0.head == head } ?? 0
      let target =
        switch action {
        case .down, .right: place + times
        case .up, .left: place - times
        case .pageDown, .halfPageDown: place + 10 * times
        case .pageUp, .halfPageUp: place - 10 * times
        case .first, .lineStart: 0
        default: order.count - 1
        }
      guard !order.isEmpty else { return }
      let chosen = order[min(max(0, target), order.count - 1)]
      (layer, head) = (chosen.layer, chosen.head)
      return
    }
    switch action {
    case .left: head -= times
    case .right: head += times
    case .up: layer -= times
    case .down: layer += times
    case .halfPageUp, .pageUp: layer -= 5 * times
    case .halfPageDown, .pageDown: layer += 5 * times
    case .lineStart: head = 0
    case .lineEnd: head = shape.queryHeadCount - 1
    case .first: (layer, head) = (0, 0)
    default: (layer, head) = (shape.layerCount - 1, shape.queryHeadCount - 1)
    }
    layer = min(max(0, layer), shape.layerCount - 1)
    head = min(max(0, head), shape.queryHeadCount - 1)
  }

  /// Moves through the policies in the order in which they are shown, and through the columns.
  mutating func moveInCompare(_ action: KeyTable.Action, times: Int) {
    switch action {
    case .left, .right:
      let columns = CompareColumn.allCases
      let place = columns.firstIndex(of: sortColumn) ?? 0
      sortColumn = columns[min(max(0, place + (action == .right ? times : -times)), columns.count - 1)]
      reversesOrder = false
    case .lineStart: (sortColumn, reversesOrder) = (.policy, false)
    case .lineEnd: (sortColumn, reversesOrder) = (.answer, false)
    default:
      let order = CompareTable(self).rows.compactMap(\.index)
      guard !order.isEmpty else { return }
      let place = order.firstIndex(of: policy) ?? 0
      let target =
        switch action {
        case .down: place + times
        case .up: place - times
        case .halfPageDown, .pageDown: place + 8 * times
        case .halfPageUp, .pageUp: place - 8 * times
        case .first: 0
        default: order.count - 1
        }
      choosePolicy(order[min(max(0, target), order.count - 1)])
    }
  }

  /// Moves by steps and through the policies.
  mutating func moveInTimeline(_ action: KeyTable.Action, times: Int) {
    let last = timeline.steps.count - 1
    switch action {
    case .left: go(to: (step ?? last) - times)
    case .right: go(to: (step ?? last) + times)
    case .first, .lineStart: go(to: 0)
    case .last, .lineEnd: go(to: last)
    case .up, .halfPageUp, .pageUp: choosePolicy(policy - times)
    default: choosePolicy(policy + times)
    }
  }
}
