import Screen

extension ViewState {
  /// Opens the whole answers of the active policy and of the full cache.
  mutating func openAnswers() {
    guard run.full != nil || scene.result != nil else {
      message = "there is no answer yet"
      return
    }
    (overlays.showsAnswer, overlays.answerTop) = (true, 0)
  }

  /// A key while the answers are shown.
  mutating func performInAnswers(_ action: KeyTable.Action, times: Int, size: Size, glyphs: GlyphSet)
    -> Effect
  {
    if let wanted = action.view {
      open(wanted)
      return .none
    }
    switch action {
    case .down: scrollAnswers(by: times, size: size, glyphs: glyphs)
    case .up: scrollAnswers(by: -times, size: size, glyphs: glyphs)
    case .halfPageDown, .pageDown: scrollAnswers(by: 10 * times, size: size, glyphs: glyphs)
    case .halfPageUp, .pageUp: scrollAnswers(by: -10 * times, size: size, glyphs: glyphs)
    case .first: scrollAnswers(by: -1 << 20, size: size, glyphs: glyphs)
    case .last: scrollAnswers(by: 1 << 20, size: size, glyphs: glyphs)
    case .policyNext, .right: choosePolicy(setup.policy + times); overlays.answerTop = 0
    case .policyPrevious, .left: choosePolicy(setup.policy - times); overlays.answerTop = 0
    case .copy: return copyWhatIsUnderTheCursor(glyphs: glyphs)
    case .command: typing.entry = .command("")
    case .help: openHelp()
    case .redraw: return .redraw
    case .suspend: return .suspend
    case .interrupt: return interrupt()
    case .back, .quit, .open, .answers: overlays.showsAnswer = false
    default: message = "this key waits until the answers are closed: \(display.keys.shown(.back)) closes them"
    }
    return .none
  }

  private mutating func scrollAnswers(by change: Int, size: Size, glyphs: GlyphSet) {
    let view = AnswerView(scene, top: overlays.answerTop + change)
    let content = Frame.content(size, tourPanel(size: size, glyphs: glyphs))
    let target = view.clamped(rows: content.count - 1, width: size.width - 4, glyphs: glyphs)
    if target == overlays.answerTop { message = change > 0 ? "this is the end" : "this is the beginning" }
    overlays.answerTop = target
  }
}
