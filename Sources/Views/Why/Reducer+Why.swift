import Eviction
import Exploration
import Screen

extension ViewState {
  /// Opens the question why a policy's answer was lost; the active policy's, if none is named.
  /// - Parameter target: what of the answer is aimed at first; `nil`: whatever was, or else the first
  ///   difference.
  mutating func askWhy(policyNamed name: String = "", target: WhyTarget? = nil) -> Effect {
    do {
      let wanted = name.isEmpty ? setup.active : try Policy(parsing: name)
      guard let wanted else { return .none }
      return try askWhy(of: wanted, target: target)
    } catch {
      // A search that is under way for another policy stays where it can be seen and stopped.
      if why?.isFinished != false { overlays.showsWhy = false }
      let hint = name.isEmpty ? "" : "; type :why NAME, as in \(Command.why.example)"
      message = String(describing: error) + hint
      return .none
    }
  }

  /// Reads what was typed behind the command: a policy, what is aimed at, or both.
  mutating func askWhy(typed text: String) -> Effect {
    let words = text.split(separator: " ").map(String.init)
    let target = words.last.flatMap { WhyTarget($0) }
    return askWhy(
      policyNamed: (target == nil ? words : words.dropLast()).joined(separator: " "), target: target)
  }

  private mutating func askWhy(of policy: Policy, target: WhyTarget?) throws -> Effect {
    if run.waiting.contains(policy), run.stage == .done,
      let index = setup.settings.policies.firstIndex(of: policy)
    {
      choosePolicy(index)
      message =
        "\(policy.title) has waited until somebody looks, and is computed now; \(display.keys.shown(.why)) asks again"
      return .none
    }
    let isKnown = why.map { why in
      why.policy == policy && why.stage != .cancelled && (target.map { $0 == why.target } ?? true)
    }
    if isKnown != true { why = try WhyFinding(run, policy: policy, target: target ?? .first) }
    (overlays.showsWhy, overlays.showsAnswer, overlays.whyTop) = (true, false, 0)
    return isKnown == true ? .none : .why
  }

  /// Aims at another token of the answer that the policy's cache says otherwise.
  private mutating func aimWhy(by change: Int) -> Effect {
    guard let why, let result = run.results.first(where: { $0.policy == why.policy }) else { return .none }
    let tokens = run.differingTokens(of: result)
    let current = why.aim.tokens.upperBound
    let others = change > 0 ? tokens.filter { $0 > current } : tokens.filter { $0 < current }.reversed()
    guard let token = others.dropFirst(abs(change) - 1).first ?? others.last else {
      message =
        "told the answer before it, \(why.policy.title) says no \(change > 0 ? "later" : "earlier") token otherwise"
      return .none
    }
    do { return try askWhy(of: why.policy, target: token == why.step ? .first : .token(token)) } catch {
      message = String(describing: error)
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
    case .stepForward: return aimWhy(by: times)
    case .stepBack: return aimWhy(by: -times)
    case .command: typing.entry = .command("")
    case .help: openHelp()
    case .redraw: return .redraw
    case .suspend: return .suspend
    case .export: return why == nil ? .none : .exportWhy
    case .open: return keepRestored()
    case .run: return goOnWithWhy()
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

  /// Goes on with a search that ended, or was stopped, before all was tried.
  private mutating func goOnWithWhy() -> Effect {
    guard let finding = why, finding.isFinished else {
      message = "the search is still going on; \(display.keys.shown(.back)) stops it"
      return .none
    }
    guard finding.canGoOn else {
      message = "the search has come to its end: a longer one would say the same"
      return .none
    }
    why = finding.goingOn()
    message = nil
    return .why
  }

  private mutating func scrollWhy(by change: Int) {
    let target = max(0, min(overlays.whyTop + change, (why.map { WhyList.rows(of: $0).count } ?? 1) - 1))
    if target == overlays.whyTop { message = change > 0 ? "this is the last row" : "this is the first row" }
    overlays.whyTop = target
  }

  /// Keeps by hand what brings the answer back, so that it is seen in the text and decoded on.
  private mutating func keepRestored() -> Effect {
    guard let why, why.isFinished, let first = why.restored.first else {
      message = "nothing has brought it back yet"
      return .none
    }
    (overlays.showsWhy, display.view) = (false, .text)
    (cursor.layer, cursor.head) = (first.layer, first.queryHead)
    if let position = first.token?.position { cursor.position = position }
    comeIntoRun()
    let effect = adopt(why.restored.map(\.restoring), of: why.policy)
    message =
      "\(setup.policyTitle) keeps \(why.restored.count) more by hand; \(display.keys.shown(.undo)) takes it back"
    return effect
  }
}
