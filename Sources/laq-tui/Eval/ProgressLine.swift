import Evaluation
import Foundation
import Synchronization

/// Progress on standard error: one line that is written over on a terminal, a line a minute in a log.
final class ProgressLine: Sendable {
  private struct State {
    var lastShown: ContinuousClock.Instant?
    var isOpen = false
  }

  /// Back to the line's beginning, with nothing on it.
  private static let erasing = "\r\u{1B}[K"

  private let state = Mutex(State())
  private let isTerminal = Console.isTerminal

  /// - Parameter earlier: cases that an earlier run has done.
  init(earlier: Int) {
    if earlier > 0 { Console.say("\(earlier) cases were done before; going on behind them") }
  }

  /// Shows how far the run is, not more often than a reader can follow.
  func show(_ progress: EvaluationProgress, _ row: EvaluationRow) {
    state.withLock { state in
      if let obstacle = row.obstacle {
        if state.isOpen { Console.put(Self.erasing) }
        Console.say(obstacle)
        state.isOpen = false
      }
      let now = ContinuousClock.now
      let isLast = progress.earlier + progress.done == progress.total
      let pause: Duration = isTerminal ? .milliseconds(200) : .seconds(60)
      if let last = state.lastShown, now - last < pause, !isLast { return }
      state.lastShown = now
      let text = Self.text(progress, row)
      Console.put(isTerminal ? Self.erasing + text : text + "\n")
      state.isOpen = isTerminal
    }
  }

  /// Leaves the line as it is.
  func end() {
    state.withLock { state in
      if state.isOpen { Console.put("\n") }
      state.isOpen = false
    }
  }

  static func text(_ progress: EvaluationProgress, _ row: EvaluationRow) -> String {
    let done = progress.earlier + progress.done
    let left = progress.secondsLeft.map { ", \(duration($0)) left" } ?? ""
    return "\(done)/\(progress.total) cases (\(100 * done / max(1, progress.total)) %)\(left); last \(Console.visible(row.id))"
  }

  /// `45 s`, `12 min`, `3 h 20 min`.
  static func duration(_ seconds: Double) -> String {
    let whole = seconds.isFinite ? Int(min(seconds, 1e9).rounded()) : 0
    if whole < 90 { return "\(whole) s" }
    let minutes = (whole + 30) / 60
    return minutes < 90 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
  }
}
