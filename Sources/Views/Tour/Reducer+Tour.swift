import Screen

extension ViewState {
  /// Begins a tour at the end of the text, with the first policy alone.
  package mutating func begin(_ tour: Tour) {
    self.tour = tour
    (display.view, cursor.layer, cursor.head, setup.policy, setup.pinned) = (.text, 0, 0, 0, nil)
    cursor.position = max(0, run.prompt.tokens.count - 1)
    noticeTour()
  }

  /// Lets the tour look at the state: after every key, and whenever the run or a finding has grown.
  package mutating func noticeTour() {
    guard var tour else { return }
    tour.notice(self)
    self.tour = tour
  }

  /// Handles the keys that belong to the tour alone: Tab, which turns the pages of the help while it is open,
  /// and Backspace, and Esc where there is nothing else to back out of.
  /// - Returns: whether the key was the tour's.
  mutating func handleInTour(_ key: Key) -> Bool {
    guard var tour, !tour.isLeft, typing.entry == nil else { return false }
    switch key {
    case .tab where !overlays.showsHelp: tour.go(by: 1, self)
    case .backspace: tour.go(by: -1, self)
    case .escape where isAtRest:
      tour.isLeft = true
      message = "the tour is left; :tour comes back to it, q quits"
    default: return false
    }
    self.tour = tour
    return true
  }

  /// Comes back to a tour that was left.
  mutating func resumeTour() {
    if tour == nil { message = "laq-tui tutorial begins the tour, on a text of its own" }
    tour?.isLeft = false
  }

  /// Whether Esc would change nothing.
  private var isAtRest: Bool {
    overlays.isEmpty && run.isFinished && cursor.selectionStart == nil && !typing.isCounting
      && typing.count == nil && cursor.step == nil
      && !cursor.isPlaying && !(display.view == .compare && display.compare.showsSettings)
  }
}
