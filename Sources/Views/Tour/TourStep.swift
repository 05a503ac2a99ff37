/// One step of a tour: what is seen, what to do next, and what ends the step.
package struct TourStep: Sendable {
  /// Keys in the notation of `--keys` that lead from the end of the step before to the goal: one way of many.
  package let keys: String
  /// What is seen and what it means; keys stand between backticks.
  let tells: String
  /// What to do, in the same notation.
  let asks: String
  /// What to say in place of what to do, when something else has happened; `nil` when nothing has.
  let hint: @Sendable (ViewState, Setup) -> String?
  /// Whether the goal is reached, given the state and the settings with which the step began. Which keys led
  /// there does not count.
  let isReached: @Sendable (ViewState, Setup) -> Bool

  init(
    _ tells: String, _ asks: String, keys: String,
    hint: @escaping @Sendable (ViewState, Setup) -> String? = { _, _ in nil },
    isReached: @escaping @Sendable (ViewState, Setup) -> Bool
  ) {
    (self.tells, self.asks, self.keys, self.hint, self.isReached) = (tells, asks, keys, hint, isReached)
  }
}
