import Screen

extension ViewState {
  /// Opens the help at the keys, with the words for what is under the cursor above them.
  mutating func openHelp() { (overlays.showsHelp, overlays.showsWords, overlays.helpTop) = (true, false, 0) }

  /// Goes from the keys to what the words mean, opened at what is under the cursor, or back.
  mutating func turnHelpPage(size: Size, glyphs: GlyphSet) {
    overlays.showsWords.toggle()
    overlays.helpTop = 0
    guard overlays.showsWords else { return }
    overlays.helpTop = helpTop(
      GlossaryLines.first(of: wordUnderCursor, width: size.width - 4), size: size, glyphs: glyphs)
  }

  /// The help over the open view.
  var helpView: HelpView {
    HelpView(
      display, overlays, hasModel: run.hasModel, word: overlays.showsWords ? nil : wordUnderCursor)
  }

  /// A first line after which the help still fills the window.
  private func helpTop(_ wanted: Int, size: Size, glyphs: GlyphSet) -> Int {
    let content = Frame.content(size, tourPanel(size: size, glyphs: glyphs))
    return helpView.clamped(wanted, rows: content.count, width: size.width - 4)
  }

  /// A key while the help is shown.
  mutating func performInHelp(_ action: KeyTable.Action, times: Int, size: Size, glyphs: GlyphSet) -> Effect {
    func scroll(_ change: Int) -> Int { helpTop(overlays.helpTop + change, size: size, glyphs: glyphs) }
    let before = overlays.helpTop
    defer {
      if overlays.showsHelp, overlays.helpTop == before, message == nil, Self.scrolls.contains(action) {
        message = "it goes no further"
      }
    }
    switch action {
    case .help, .back, .quit: overlays.showsHelp = false
    case .left, .right: turnHelpPage(size: size, glyphs: glyphs)
    case .down: overlays.helpTop = scroll(times)
    case .up: overlays.helpTop = scroll(-times)
    case .halfPageDown, .pageDown: overlays.helpTop = scroll(times * 10)
    case .halfPageUp, .pageUp: overlays.helpTop = scroll(times * -10)
    case .first: overlays.helpTop = 0
    case .last: overlays.helpTop = scroll(1 << 20)
    case .interrupt: return interrupt()
    case .redraw: return .redraw
    case .suspend: return .suspend
    default: message = "this key waits until the help is closed: \(display.keys.shown(.back)) closes it"
    }
    return .none
  }

  private static let scrolls: Set<KeyTable.Action> = [
    .down, .up, .halfPageDown, .halfPageUp, .pageDown, .pageUp, .first, .last,
  ]
}
