import Exploration

extension ViewState {
  /// Moves by layers and heads, or along the sorted list.
  mutating func moveInHeads(_ action: KeyTable.Action, times: Int) {
    guard let shape = run.recording?.shape else { return }
    if display.heads.isSorted, let order = HeadGrid(scene)?.sorted {
      let place = order.firstIndex { $0.layer == cursor.layer && $0.head == cursor.head } ?? 0
      guard !order.isEmpty else { return }
      let chosen = order[action.row(from: place, of: order.count, times: times, page: 10)]
      (cursor.layer, cursor.head) = (chosen.layer, chosen.head)
      return
    }
    switch action {
    case .left: cursor.head -= times
    case .right: cursor.head += times
    case .up: cursor.layer -= times
    case .down: cursor.layer += times
    case .halfPageUp, .pageUp: cursor.layer -= 5 * times
    case .halfPageDown, .pageDown: cursor.layer += 5 * times
    case .lineStart: cursor.head = 0
    case .lineEnd: cursor.head = shape.queryHeadCount - 1
    case .first: (cursor.layer, cursor.head) = (0, 0)
    default: (cursor.layer, cursor.head) = (shape.layerCount - 1, shape.queryHeadCount - 1)
    }
    cursor.layer = min(max(0, cursor.layer), shape.layerCount - 1)
    cursor.head = min(max(0, cursor.head), shape.queryHeadCount - 1)
  }

  /// Moves through the policies in the order in which they are shown, and through the columns.
  mutating func moveInCompare(_ action: KeyTable.Action, times: Int) {
    switch action {
    case .left, .right:
      let columns = CompareColumn.allCases
      let place = columns.firstIndex(of: display.compare.sortColumn) ?? 0
      display.compare.sortColumn =
        columns[min(max(0, place + (action == .right ? times : -times)), columns.count - 1)]
      display.compare.reversesOrder = false
    case .lineStart: (display.compare.sortColumn, display.compare.reversesOrder) = (.policy, false)
    case .lineEnd: (display.compare.sortColumn, display.compare.reversesOrder) = (.answer, false)
    default:
      let order = CompareTable(scene).rows.compactMap(\.index)
      guard !order.isEmpty else { return }
      let place = order.firstIndex(of: setup.policy) ?? 0
      choosePolicy(order[action.row(from: place, of: order.count, times: times, page: 8)])
    }
  }

  /// Moves by steps and through the policies.
  mutating func moveInTimeline(_ action: KeyTable.Action, times: Int) {
    let last = scene.timeline.steps.count - 1
    switch action {
    case .left: go(to: scene.shownIndex - times)
    case .right: go(to: scene.shownIndex + times)
    case .first, .lineStart: go(to: 0)
    case .last, .lineEnd: go(to: last)
    case .up, .halfPageUp, .pageUp: choosePolicy(setup.policy - times)
    default: choosePolicy(setup.policy + times)
    }
  }
}

extension KeyTable.Action {
  /// The row of a list to which a move leads, within the list, which is not empty.
  func row(from place: Int, of count: Int, times: Int, page: Int) -> Int {
    let target =
      switch self {
      case .down, .right: place + times
      case .up, .left: place - times
      case .halfPageDown, .pageDown: place + page * times
      case .halfPageUp, .pageUp: place - page * times
      case .first, .lineStart: 0
      default: count - 1
      }
    return min(max(0, target), count - 1)
  }
}
