import Screen
import Views

extension ResultsKeys {
  /// The keys of the picture of heads that do something else there than on other pages.
  static let headBindings: [(keys: [Key], action: Action, shown: String, hint: String?)] = [
    ([.character("f")], .figure, "f", "figure"), ([.character("v")], .statistic, "v", "statistic"),
    ([.character("n")], .nextHead, "n N", "next"), ([.character("N")], .previousHead, "N", nil),
    ([.character("e")], .export, "e", "export"),
  ]

  /// The keys of the footer of a page, with their words.
  static func hints(_ page: ResultsState.Page) -> [(shown: String, hint: String)] {
    typealias Binding = (keys: [Key], action: Action, shown: String, hint: String?)
    func hints(_ bindings: [Binding]) -> [(String, String)] {
      bindings.compactMap { binding in binding.hint.map { (binding.shown, $0) } }
    }
    guard page == .heads else { return hints(bindings) }
    let others = [("p", "policy"), ("Enter", "prompts"), ("q", "quit"), ("hjkl", "move"), ("t", "theme")]
    return hints(headBindings) + others
  }
}

extension ResultsState {
  /// What a key does on the picture of heads.
  mutating func moveInHeads(_ action: ResultsKeys.Action) -> Effect {
    guard var heads else { return .none }
    let (layers, count) = (heads.summary.layerCount, heads.summary.headCount)
    switch action {
    case .left: heads.head = max(0, heads.head - 1)
    case .right: heads.head = max(0, min(count - 1, heads.head + 1))
    case .up: heads.layer = max(0, heads.layer - 1)
    case .down: heads.layer = max(0, min(layers - 1, heads.layer + 1))
    case .pageUp: heads.layer = max(0, heads.layer - 10)
    case .pageDown: heads.layer = max(0, min(layers - 1, heads.layer + 10))
    case .first: heads.layer = 0
    case .last: heads.layer = max(0, layers - 1)
    case .next, .previous:
      let columns = max(1, heads.summary.columns.count)
      heads.columnIndex = (heads.columnIndex + (action == .next ? 1 : columns - 1)) % columns
    case .figure: heads.measure = heads.measure.next
    case .statistic:
      let all = HeadsBrowsing.Statistic.allCases
      heads.statistic = all[((all.firstIndex(of: heads.statistic) ?? 0) + 1) % all.count]
    case .nextHead, .previousHead: heads.step(forward: action == .nextHead)
    case .export: return .exportHeads
    case .open:
      if prompts.isEmpty {
        message = heads.obstacle
      } else {
        (page, prompt) = (.prompts, 0)
      }
    default: break
    }
    self.heads = heads
    return .none
  }
}
