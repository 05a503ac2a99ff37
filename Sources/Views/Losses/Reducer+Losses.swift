import Exploration
import Screen

extension ViewState {
  /// Goes to the place where most is lost (`goToLargestLoss`), and from there, each time, to the next of the
  /// list.
  mutating func stepThroughLosses(by times: Int) {
    display.losses.asked = scene.lossRequest
    let list = scene.losses
    let here = Run.Place(layer: cursor.layer, head: cursor.head, position: cursor.position)
    let row = display.losses.row
    if let list, row < list.entries.count, list.entries[row].place == here {
      go(toLoss: row + times, of: list)
      return
    }
    guard display.losses.filter == LossList.Filter(), display.losses.largest != here else {
      guard let list else {
        message = scene.lossRequest == nil ? Self.noLoss : Self.ordering
        display.losses.awaited = scene.lossRequest == nil ? nil : times
        return
      }
      // The place itself may be the first of the list.
      go(toLoss: list.entries.first?.place == here ? times : times - 1, of: list)
      return
    }
    guard goToLargestLoss() else {
      message = Self.noLoss
      return
    }
    display.losses.row = 0
    display.losses.largest = Run.Place(layer: cursor.layer, head: cursor.head, position: cursor.position)
    if display.losses.largest == here { stepThroughLosses(by: times) }
  }

  /// Takes what was computed off the screen's thread; a step through the losses that waited for their list is
  /// made then, unless another key was pressed meanwhile.
  package mutating func take(_ answer: Details.Answer) {
    details.take(answer)
    guard let awaited = display.losses.awaited, scene.losses != nil else { return }
    display.losses.awaited = nil
    guard message == Self.ordering else { return }
    message = nil
    stepThroughLosses(by: awaited)
  }

  private static let ordering = "the losses are being put in order"
  private static let noLoss = "no loss is known yet: the full cache's answer comes first"

  private mutating func go(toLoss row: Int, of list: LossList) {
    guard row < list.entries.count else {
      message =
        list.entries.isEmpty
        ? "nothing is lost here; \(display.keys.shown(.losses)) changes the filter" : "this is the last loss"
      return
    }
    let entry = list.entries[row]
    display.losses.row = row
    (cursor.layer, cursor.head, cursor.position) = (
      entry.token.layer, entry.token.queryHead, entry.token.position
    )
    message =
      "loss \(row + 1) of \(grouped(list.count)) of \(list.request.policy.title): head \(entry.token.layer + 1).\(entry.token.queryHead + 1), token \(entry.token.position), step \(entry.step + 1), share \(decimal(Double(entry.token.share), 3))"
  }

  /// Opens the list of losses.
  mutating func openLosses() {
    guard scene.lossRequest != nil else {
      message = Self.noLoss
      return
    }
    (overlays.showsLosses, overlays.showsAnswer) = (true, false)
    display.losses.asked = scene.lossRequest
  }

  /// A key while the list is shown.
  mutating func performInLosses(_ action: KeyTable.Action, times: Int, glyphs: GlyphSet) -> Effect {
    switch action {
    case .down, .loss: moveInLosses(by: times)
    case .up: moveInLosses(by: -times)
    case .halfPageDown, .pageDown: moveInLosses(by: 10 * times)
    case .halfPageUp, .pageUp: moveInLosses(by: -10 * times)
    case .first: moveInLosses(by: -1 << 20)
    case .last: moveInLosses(by: 1 << 20)
    case .open: goToChosenLoss()
    case .sort: filterLosses(\.step, by: chosenLoss?.step)
    case .figureNext:
      filterLosses(
        \.head, by: chosenLoss.map { LossList.Head(layer: $0.token.layer, queryHead: $0.token.queryHead) })
    case .select:
      let own = chosenLoss.map { $0.token.position...$0.token.position }
      filterLosses(\.span, by: cursor.selectionStart == nil ? own : cursor.selection)
    case .policyNext, .policyPrevious, .pin:
      guard scene.pinnedResult != nil, setup.pinned != setup.policy else {
        message = "no other policy is pinned; \(display.keys.shown(.pin)) in a view pins one"
        break
      }
      display.losses.isActive.toggle()
      display.losses.row = 0
    case .copy: return copyWhatIsUnderTheCursor(glyphs: glyphs)
    case .export: return scene.losses == nil ? .none : .exportLosses
    case .command: typing.entry = .command("")
    case .help: openHelp()
    case .redraw: return .redraw
    case .suspend: return .suspend
    case .interrupt: return interrupt()
    case .back, .quit, .losses: overlays.showsLosses = false
    default: message = "this key waits until the losses are closed: \(display.keys.shown(.back)) closes them"
    }
    return .none
  }

  /// The loss under the cursor.
  var chosenLoss: LossList.Entry? {
    guard let list = scene.losses, !list.entries.isEmpty else { return nil }
    return list.entries[min(display.losses.row, list.entries.count - 1)]
  }

  private mutating func moveInLosses(by change: Int) {
    let last = max(0, (scene.losses?.entries.count ?? 1) - 1)
    let row = min(display.losses.row, last)
    let target = min(max(0, row + change), last)
    if target == row { message = change > 0 ? "this is the last row" : "this is the first row" }
    display.losses.row = target
  }

  /// Shows only what is like the chosen loss, or again everything.
  private mutating func filterLosses<Value>(
    _ part: WritableKeyPath<LossList.Filter, Value?>, by value: Value?
  ) {
    let isFiltered = display.losses.filter[keyPath: part] != nil
    if !isFiltered, value == nil {
      message = "there is no row to filter by"
      return
    }
    display.losses.filter[keyPath: part] = isFiltered ? nil : value
    display.losses.row = 0
  }

  /// Goes to the chosen loss: its head, token and step, in a view that shows them.
  private mutating func goToChosenLoss() {
    guard let entry = chosenLoss else {
      message = "there is no row to go to"
      return
    }
    overlays.showsLosses = false
    (cursor.layer, cursor.head, cursor.position) = (
      entry.token.layer, entry.token.queryHead, entry.token.position
    )
    let step = scene.timeline.steps.firstIndex(of: .decode(entry.step))
    if let step { go(to: step) }
    // The row that chose the step's token is the one before it.
    let rows = HeatmapRows(scene).entries
    cursor.heatmapRow =
      entry.step == 0
      ? rows.lastIndex { $0.section == .window }
      : rows.firstIndex { $0.section == .decode && $0.index == entry.step - 1 }
    if ![.text, .heatmap, .heads].contains(display.view) { display.view = .text }
    let keys = display.keys
    let back = step == nil ? "" : "\(keys.shown(.back)) goes back to the newest step, "
    message =
      "head \(entry.token.layer + 1).\(entry.token.queryHead + 1), token \(entry.token.position), step \(entry.step + 1); \(back)\(keys.shown(.losses)) shows the list"
  }

  /// Filters as it is typed: `step=3`, `head=4.2`, `span=930-960`; without any, everything is listed.
  mutating func openLosses(typed text: String) {
    var filter = LossList.Filter()
    for part in text.split(separator: " ") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let numbers = pair.dropFirst().joined().split { $0 == "." || $0 == "-" }.map { Int($0) }
      switch (pair[0], numbers.count) {
      case ("step", 1): if let step = numbers[0], step > 0 { filter.step = step - 1 }
      case ("head", 2):
        if let layer = numbers[0], let head = numbers[1], layer > 0, head > 0 {
          filter.head = LossList.Head(layer: layer - 1, queryHead: head - 1)
        }
      case ("span", 1), ("span", 2):
        let last = run.prompt.tokens.count - 1
        if let first = numbers[0], let end = numbers[numbers.count - 1], first <= min(end, last) {
          filter.span = first...min(end, last)
        }
      default: break
      }
    }
    let given = [filter.step != nil, filter.head != nil, filter.span != nil].count { $0 }
    guard given == text.split(separator: " ").count else {
      refuse(.losses, "step=NUMBER, head=LAYER.HEAD and span=FROM-TO in the text were expected")
      return
    }
    display.losses.filter = filter
    display.losses.row = 0
    openLosses()
  }
}

extension LossList.Entry {
  /// Where it is.
  var place: Run.Place { Run.Place(layer: token.layer, head: token.queryHead, position: token.position) }
}
