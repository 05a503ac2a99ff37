import Screen

extension ViewState {
  /// Opens the help at the keys, with the words for what is under the cursor above them.
  mutating func openHelp() { (showsHelp, showsWords, helpTop) = (true, false, 0) }

  /// Goes from the keys to what the words mean, opened at what is under the cursor, or back.
  mutating func turnHelpPage(size: Size, glyphs: GlyphSet) {
    showsWords.toggle()
    helpTop = 0
    guard showsWords else { return }
    helpTop = HelpView(self).clamped(
      GlossaryLines.first(of: wordUnderCursor, width: size.width - 4), size: size, glyphs: glyphs)
  }

  /// A key while the help is shown.
  mutating func performInHelp(_ action: KeyTable.Action, times: Int, size: Size, glyphs: GlyphSet) -> Effect {
    func scroll(_ change: Int) -> Int { HelpView(self).clamped(helpTop + change, size: size, glyphs: glyphs) }
    let before = helpTop
    defer {
      if showsHelp, helpTop == before, message == nil, Self.scrolls.contains(action) {
        message = "it goes no further"
      }
    }
    switch action {
    case .help, .back, .quit: showsHelp = false
    case .left, .right: turnHelpPage(size: size, glyphs: glyphs)
    case .down: helpTop = scroll(times)
    case .up: helpTop = scroll(-times)
    case .halfPageDown, .pageDown: helpTop = scroll(times * 10)
    case .halfPageUp, .pageUp: helpTop = scroll(times * -10)
    case .first: helpTop = 0
    case .last: helpTop = scroll(1 << 20)
    case .interrupt: return interrupt()
    case .redraw: return .redraw
    case .suspend: return .suspend
    default: message = "this key waits until the help is closed: \(keys.shown(.back)) closes it"
    }
    return .none
  }

  private static let scrolls: Set<KeyTable.Action> = [
    .down, .up, .halfPageDown, .halfPageUp, .pageDown, .pageUp, .first, .last,
  ]
}
