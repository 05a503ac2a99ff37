import Eviction
import Exploration

/// What a policy's kept set is made of, in the few letters of a column. A mark, `!`, says that it is not what
/// the budget, or the pinned policy, has; without one a space stands there, so that numbers stay below each
/// other.
struct ChoiceWords {
  private let figures: ResultFigures
  private let pinned: ResultFigures?

  init(_ figures: ResultFigures, pinned: ResultFigures?) { (self.figures, self.pinned) = (figures, pinned) }

  /// Tokens per head.
  var kept: String {
    Self.number(figures.keptPerHead) + (figures.choice?.keepsOtherTotal == true ? "!" : " ")
  }

  /// The observing tokens, pseudo tokens behind a plus.
  var window: String {
    guard let choice = figures.choice else { return "- " }
    let own = choice.window.map { String($0) } ?? "all"
    // Who has no window at all is not told another one.
    let isOther = pinned?.choice.map { $0.window != choice.window && choice.window != 0 } ?? false
    return own + (choice.pseudoCount.map { "+\($0)" } ?? "") + (isOther ? "!" : " ")
  }

  /// Tokens per head that are kept for their score.
  var chosen: String { figures.choice.map { Self.number($0.chosenPerHead) } ?? "-" }

  private static func number(_ value: Double) -> String {
    value == value.rounded() ? grouped(Int(value)) : decimal(value, 1)
  }
}
