import Evaluation
import Foundation
import Synchronization

/// An evaluation's progress on standard error: one line that is written over on a terminal, a line a minute
/// in a log.
final class ProgressLine: Sendable {
  private let lastLogged = Mutex<ContinuousClock.Instant?>(nil)

  /// - Parameters:
  ///   - earlier: cases that an earlier run has done.
  ///   - total: all cases.
  init(earlier: Int, total: Int) {
    if earlier > 0 { Console.say("\(earlier) cases were done before; going on behind them") }
    Console.progress.show("\(earlier)/\(total) cases; the first answers take a prefill")
  }

  /// Shows how far the run is, not more often than a reader can follow.
  func show(_ progress: EvaluationProgress, _ row: EvaluationRow) {
    if let unavailable = row.unavailable { Console.say(unavailable) }
    guard !Console.progress.isShown else {
      Console.progress.show(Self.text(progress, row))
      return
    }
    lastLogged.withLock { last in
      let now = ContinuousClock.now
      let isLast = progress.earlier + progress.done == progress.total
      if let last, now - last < .seconds(60), !isLast { return }
      last = now
      Console.say(Self.text(progress, row))
    }
  }

  static func text(_ progress: EvaluationProgress, _ row: EvaluationRow) -> String {
    let done = progress.earlier + progress.done
    let left = progress.secondsLeft.map { ", \(duration($0)) left" } ?? ""
    return
      "\(done)/\(progress.total) cases (\(100 * done / max(1, progress.total)) %)\(left); last \(Console.visible(row.id))"
  }

  /// `45 s`, `12 min`, `3 h 20 min`.
  static func duration(_ seconds: Double) -> String {
    let whole = seconds.isFinite ? Int(min(seconds, 1e9).rounded()) : 0
    if whole < 90 { return "\(whole) s" }
    let minutes = (whole + 30) / 60
    return minutes < 90 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
  }
}
