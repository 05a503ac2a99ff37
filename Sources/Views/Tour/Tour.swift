import Exploration

/// A guided tour over the ordinary views: short steps, each of which ends when its goal is reached.
///
/// The tour only looks at the state: every key keeps its meaning, and whatever is pressed, a step's goal can
/// be reached from there.
package struct Tour: Sendable {
  /// The steps.
  package let steps: [TourStep]
  /// The step that is shown, an index; the steps' count once the last one is done.
  package private(set) var index = 0
  /// Whether the shown step's goal was reached already when the step began, so that only the reader goes on.
  package private(set) var isRevisited = false
  /// Whether the reader has left it.
  package internal(set) var isLeft = false
  private var closing = ""
  /// What to say once the last step is done.
  private let close: @Sendable (ViewState, Setup) -> String
  private var begun: Setup?
  private var first: Setup?

  init(steps: [TourStep], close: @escaping @Sendable (ViewState, Setup) -> String) {
    (self.steps, self.close) = (steps, close)
  }

  /// The shown step; `nil` once the last one is done.
  var step: TourStep? { steps.indices.contains(index) ? steps[index] : nil }

  /// Looks at the state once more: goes on when the step's goal has been reached.
  mutating func notice(_ state: ViewState) {
    guard !isLeft, let step else { return }
    guard let begun else { return begin(index, state) }
    guard step.isReached(state, begun) else {
      isRevisited = false
      return
    }
    guard !isRevisited else { return }
    if index == steps.count - 1 { closing = close(state, begun) }
    begin(index + 1, state)
  }

  /// Goes on or back by hand; the last step cannot be passed over, and the first has none before it.
  mutating func go(by change: Int, _ state: ViewState) {
    guard step != nil || change < 0 else { return }
    begin(min(max(0, index + change), steps.count - 1), state)
  }

  /// What is said now; keys stand between backticks.
  func words(_ state: ViewState) -> String {
    guard let step else { return closing }
    if isRevisited { return "\(step.tells) Done already: `Tab` goes on." }
    if isAstray(state) {
      return "The tour is told with other settings than these: `u` takes changes back, one by one."
    }
    return begun.flatMap { step.hint(state, $0) } ?? "\(step.tells) \(step.asks)"
  }

  /// Whether the reader has changed settings on which the sentences rest; policies may have been added.
  private func isAstray(_ state: ViewState) -> Bool {
    guard let first else { return false }
    return state.setup.prompt.hash != first.prompt.hash
      || state.setup.settings.budget != first.settings.budget
      || state.setup.settings.granularity != first.settings.granularity
      || !Set(first.settings.policies).isSubset(of: state.setup.settings.policies)
  }

  private mutating func begin(_ index: Int, _ state: ViewState) {
    self.index = index
    begun = state.setup
    if first == nil { first = state.setup }
    isRevisited = step?.isReached(state, state.setup) ?? false
  }
}
