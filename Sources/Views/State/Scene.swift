import Eviction
import Exploration

/// What the views draw: the run, what is asked for and looked at, the place in it, and how it is shown.
/// Copying it costs a retain for each part.
struct Scene: Sendable {
  /// The run as far as it has come.
  @CopyOnWrite var run: Run
  /// What is computed off the screen's thread for the open view.
  @CopyOnWrite var details: Details
  /// What is asked for, and the active and the pinned policy.
  @CopyOnWrite var setup: Setup
  /// Where a person is.
  var cursor: Cursor
  /// What is shown, and how.
  @CopyOnWrite var display: Display

  /// Shares the parts of a state.
  init(
    run: CopyOnWrite<Run>, details: CopyOnWrite<Details>, setup: CopyOnWrite<Setup>, cursor: Cursor,
    display: CopyOnWrite<Display>
  ) {
    (_run, _details, _setup, _display) = (run, details, setup, display)
    self.cursor = cursor
  }

  /// The active result, once it exists.
  var result: PolicyResult? { run.result(setup.policy) }
  /// The pinned result, once it exists.
  var pinnedResult: PolicyResult? { setup.pinned.flatMap(run.result) }
  /// The result whose answer is stepped through: the active one; in a trace the full cache's, which has the
  /// only answer.
  var answering: PolicyResult? { run.hasModel ? result ?? run.full : run.full }
  /// The active result's steps; where the course of the answer is shown, all of the full cache's answer as
  /// well.
  var timeline: Timeline {
    Timeline(
      result, answer: result == nil ? nil : answering?.answer, questionCount: questionCount,
      leastDecoded: showsCourse ? run.full?.answer.steps.count ?? 0 : 0)
  }
  /// Tokens of a question that comes after the eviction, once it has been asked.
  var questionCount: Int { run.questionQueries?.count ?? 0 }
  /// The step that is shown.
  var shownStep: Timeline.Step { timeline.steps[shownIndex] }
  /// Its place among the active result's steps.
  var shownIndex: Int {
    let last = timeline.steps.count - 1
    return min(cursor.step ?? last, last)
  }

  /// The first token at which the pinned policy's answer, or else the active one's, is not the full cache's.
  var firstDifference: Int? {
    guard run.hasModel else { return nil }
    return [pinnedResult, result].lazy.compactMap { self.run.difference(of: $0) }.first
  }

  /// Why the active policy has no result, if something is in its way.
  var activeReason: String? { reason(setup.policy) }
}
