import Transformer

/// Tells the stories of prompts: by running a model, or from a trace.
public protocol Exploring: Sendable {
  /// Tells a prompt's story from the beginning, or from an earlier one's recording.
  /// - Parameter onUpdate: called on another thread with every step that a screen may show.
  /// - Returns: the finished story; a failure or a cancellation is its last stage.
  func explore(_ story: Story, earlier: Story?, onUpdate: @escaping @Sendable (Story) -> Void) async -> Story

  /// Measures policies at other budgets than the story's; points that `sweep` has already are not computed again.
  /// - Parameter onUpdate: called on another thread with every point.
  /// - Returns: the sweep, complete unless the task was cancelled.
  func sweep(
    _ sweep: BudgetSweep, _ keys: [BudgetSweep.Key], of story: Story, onUpdate: @escaping @Sendable (BudgetSweep) -> Void
  ) async -> BudgetSweep

  /// Finds out which evicted tokens a policy's answer lacked.
  /// - Parameter onUpdate: called on another thread as the search goes on.
  /// - Returns: the finding; a failure or a cancellation is its last stage.
  func why(
    _ finding: WhyFinding, of story: Story, onUpdate: @escaping @Sendable (WhyFinding) -> Void
  ) async -> WhyFinding
}

extension Exploring {
  /// Tells a story without being listened to.
  public func explore(_ story: Story, earlier: Story? = nil) async -> Story {
    await explore(story, earlier: earlier) { _ in }
  }

  /// Measures without being listened to.
  public func sweep(_ sweep: BudgetSweep, _ keys: [BudgetSweep.Key], of story: Story) async -> BudgetSweep {
    await self.sweep(sweep, keys, of: story) { _ in }
  }

  /// Finds out without being listened to.
  public func why(_ finding: WhyFinding, of story: Story) async -> WhyFinding {
    await why(finding, of: story) { _ in }
  }
}

extension Explorer: Exploring {}
