import Eviction
import Exploration
import Screen

extension ViewState {
  /// Opens the question why a policy's answer was lost; the active policy's, if none is named.
  mutating func askWhy(policyNamed name: String = "") -> Effect {
    do {
      let wanted = name.isEmpty ? setup.active : try Policy(parsing: name)
      guard let wanted else { return .none }
      if let why, why.policy == wanted, why.stage != .cancelled {
        (overlays.showsWhy, overlays.showsAnswer, overlays.whyTop) = (true, false, 0)
        return .none
      }
      why = try WhyFinding(run, policy: wanted)
      (overlays.showsWhy, overlays.showsAnswer, overlays.whyTop) = (true, false, 0)
      return .why
    } catch {
      // A search that is under way for another policy stays where it can be seen and stopped.
      if why?.isFinished != false { overlays.showsWhy = false }
      let hint = name.isEmpty ? "" : "; type :why NAME, as in \(Command.why.example)"
      message = String(describing: error) + hint
      return .none
    }
  }

  /// A key while the finding is shown.
  mutating func performInWhy(_ action: KeyTable.Action, times: Int, glyphs: GlyphSet) -> Effect {
    switch action {
    case .down: scrollWhy(by: times)
    case .up: scrollWhy(by: -times)
    case .halfPageDown, .pageDown: scrollWhy(by: 10 * times)
    case .halfPageUp, .pageUp: scrollWhy(by: -10 * times)
    case .first: scrollWhy(by: -1 << 20)
    case .last: scrollWhy(by: 1 << 20)
    case .command: typing.entry = .command("")
    case .help: openHelp()
    case .redraw: return .redraw
    case .suspend: return .suspend
    case .export: return why == nil ? .none : .exportWhy
    case .open: return keepRestored()
    case .copy: return copyWhatIsUnderTheCursor(glyphs: glyphs)
    case .quit where why?.isFinished == false: return leave()
    case .interrupt: return interrupt()
    case .back, .quit, .why:
      if why?.isFinished == false { return .cancelWhy }
      overlays.showsWhy = false
    default: message = "this key waits until the cause is closed: \(display.keys.shown(.back)) closes it"
    }
    return .none
  }

  private mutating func scrollWhy(by change: Int) {
    let target = max(0, min(overlays.whyTop + change, (why.map { WhyView.rows(of: $0).count } ?? 1) - 1))
    if target == overlays.whyTop { message = change > 0 ? "this is the last row" : "this is the first row" }
    overlays.whyTop = target
  }

  /// Keeps by hand what brings the answer back, so that it is seen in the text and decoded on.
  private mutating func keepRestored() -> Effect {
    guard let why, why.isFinished, let first = why.restored.first else {
      message = "nothing has brought the answer back yet"
      return .none
    }
    (overlays.showsWhy, display.view) = (false, .text)
    (cursor.layer, cursor.head, cursor.position) = (first.layer, first.queryHead, first.position)
    comeIntoRun()
    let effect = adopt(why.restored.map(\.restoring), of: why.policy)
    message =
      "\(setup.policyTitle) keeps \(why.restored.count) more by hand; \(display.keys.shown(.undo)) takes it back"
    return effect
  }
}
