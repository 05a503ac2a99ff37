import Screen

extension ViewState {
  /// Opens the whole answers of the active policy and of the full cache.
  mutating func openAnswers() {
    guard run.full != nil || result != nil else {
      message = "there is no answer yet"
      return
    }
    (showsAnswer, answerTop) = (true, 0)
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
    case .policyNext, .right: choosePolicy(policy + times); answerTop = 0
    case .policyPrevious, .left: choosePolicy(policy - times); answerTop = 0
    case .copy: return copyWhatIsUnderTheCursor(glyphs: glyphs)
    case .command: entry = .command("")
    case .help: openHelp()
    case .redraw: return .redraw
    case .suspend: return .suspend
    case .interrupt: return interrupt()
    case .back, .quit, .open, .answers: showsAnswer = false
    default: message = "this key waits until the answers are closed: \(keys.shown(.back)) closes them"
    }
    return .none
  }

  private mutating func scrollAnswers(by change: Int, size: Size, glyphs: GlyphSet) {
    let target = AnswerView(self).clamped(answerTop + change, size: size, glyphs: glyphs)
    if target == answerTop { message = change > 0 ? "this is the end" : "this is the beginning" }
    answerTop = target
  }
}
