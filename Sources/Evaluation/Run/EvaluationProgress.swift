/// How far a run has come, and how long the rest will take.
public struct EvaluationProgress: Sendable {
  /// Cases that an earlier run has done.
  public let earlier: Int
  /// Cases that this run has done.
  public private(set) var done = 0
  /// Cases in all.
  public let total: Int
  private let start: ContinuousClock.Instant
  private var now: ContinuousClock.Instant

  /// Begins to count.
  public init(earlier: Int, total: Int) {
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
  public var seconds: Double { (now - start) / .seconds(1) }

  /// Seconds that the rest will take at this run's pace; `nil` before its first case is done.
  public var secondsLeft: Double? { done > 0 ? seconds / Double(done) * Double(total - earlier - done) : nil }
}
