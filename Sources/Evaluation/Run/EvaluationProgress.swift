/// How far a run has come, and how long the rest will take.
package struct EvaluationProgress: Sendable {
  /// Cases that an earlier run has done.
  package let earlier: Int
  /// Cases that this run has done.
  package private(set) var done = 0
  /// Cases in all.
  package let total: Int
  private let start: ContinuousClock.Instant
  private var now: ContinuousClock.Instant

  /// Begins to count.
  package init(earlier: Int, total: Int) {
    self.earlier = earlier
    self.total = total
    start = .now
    now = start
  }

  /// Counts a case.
  mutating func count() {
    done += 1
    now = .now
  }

  /// Seconds that this run has taken.
  package var seconds: Double { (now - start) / .seconds(1) }

  /// Seconds that the rest will take at this run's pace; `nil` before its first case is done.
  package var secondsLeft: Double? {
    done > 0 ? seconds / Double(done) * Double(total - earlier - done) : nil
  }
}
