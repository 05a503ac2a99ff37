import Screen
import Views

/// What the keys do on the screen of an evaluation.
enum ResultsKeys {
  /// What a key asks for.
  enum Action {
    case left, down, up, right, pageDown, pageUp, first, last, next, previous, score, theme, open, back,
      redraw, suspend, quit
    case figure, statistic, nextHead, previousHead, export
  }

  /// Keys, what they do, and the footer's word for it.
  static let bindings: [(keys: [Key], action: Action, shown: String, hint: String?)] = [
    ([.left, .character("h")], .left, "h", nil), ([.down, .character("j")], .down, "j", nil),
    ([.up, .character("k")], .up, "hjkl", "move"), ([.right, .character("l")], .right, "l", nil),
    ([.pageDown, .control("d")], .pageDown, "C-d", nil), ([.pageUp, .control("u")], .pageUp, "C-u", nil),
    ([.character("g"), .home], .first, "g", nil), ([.character("G"), .end], .last, "G", nil),
    ([.enter], .open, "Enter", "open"), ([.tab, .character("p")], .next, "p P", "page"),
    ([.backTab, .character("P")], .previous, "P", nil), ([.character("s")], .score, "s", "score"),
    ([.character("t")], .theme, "t", "theme"), ([.escape, .backspace], .back, "Esc", "back"),
    ([.control("l")], .redraw, "C-l", nil), ([.control("z")], .suspend, "C-z", nil),
    ([.character("q"), .function(10), .control("c")], .quit, "q", "quit"),
  ]

  /// What a key does on a page.
  static func action(_ key: Key, on page: ResultsState.Page) -> Action? {
    ((page == .heads ? headBindings : []) + bindings).first { $0.keys.contains(key) }?.action
  }
}

extension ResultsState {
  /// Handles one key: the same path for a person, for `--keys` and for tests.
  /// - Parameter size: the terminal's, for moves by pages.
  package mutating func handle(_ key: Key, size: Size) -> Effect {
    message = nil
    guard let action = ResultsKeys.action(key, on: page) else { return .none }
    switch action {
    case .score: chooseScore()
    case .theme:
      let index = Theme.all.firstIndex(of: theme) ?? 0
      theme = Theme.all[(index + 1) % Theme.all.count]
    case .redraw: return .redraw
    case .suspend: return .suspend
    case .quit: return .quit
    default:
      switch page {
      case .cells: return moveInCells(action, size: size)
      case .heads: return moveInHeads(action)
      case .prompts: return moveInPrompts(action, size: size)
      }
    }
    return .none
  }

  private mutating func chooseScore() {
    guard let index = table.scores.firstIndex(of: score) else {
      score = table.scores.first ?? score
      return
    }
    score = table.scores[(index + 1) % table.scores.count]
    prompt = 0
  }

  private mutating func moveInCells(_ action: ResultsKeys.Action, size: Size) -> Effect {
    let (rows, columns) = (table.rowTitles.count, table.columnTitles.count)
    let pages = max(1, table.pageTitles.count)
    let jump = max(1, size.height - 10)
    switch action {
    case .left: place.column = max(0, place.column - 1)
    case .right: place.column = min(columns - 1, place.column + 1)
    case .up: place.row = max(0, place.row - 1)
    case .down: place.row = min(rows - 1, place.row + 1)
    case .pageUp: place.row = max(0, place.row - jump)
    case .pageDown: place.row = min(rows - 1, place.row + jump)
    case .first: place.row = 0
    case .last: place.row = rows - 1
    case .next: place.page = (place.page + 1) % pages
    case .previous: place.page = (place.page + pages - 1) % pages
    case .open:
      if prompts.isEmpty {
        message = table.unavailable(at: place) ?? "no prompt of this cell is done yet"
      } else {
        (page, prompt) = (.prompts, 0)
      }
    default: break
    }
    return .none
  }

  private mutating func moveInPrompts(_ action: ResultsKeys.Action, size: Size) -> Effect {
    let prompts = prompts
    let jump = max(1, size.height - 12)
    switch action {
    case .up: prompt -= 1
    case .down: prompt += 1
    case .pageUp: prompt -= jump
    case .pageDown: prompt += jump
    case .first: prompt = 0
    case .last: prompt = prompts.count - 1
    case .back, .left: page = heads == nil ? .cells : .heads
    case .open:
      guard chosenPrompt != nil else { break }
      guard let unavailable = prompts[prompt].row.unavailable else { return .open }
      message = unavailable
    default: break
    }
    prompt = max(0, min(prompt, prompts.count - 1))
    return .none
  }
}
