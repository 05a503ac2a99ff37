import Foundation
import Screen
import Synchronization

/// One line on standard error that is written over as work goes on, and is gone in the end. Where standard
/// error is no terminal, or one that cannot go back to a line's beginning, nothing is written.
final class TransientLine: Sendable {
  private struct State {
    var lastShown: ContinuousClock.Instant?
    /// The columns that are to be cleared.
    var width = 0
  }

  /// More often nobody can read it.
  private static let pause = Duration.milliseconds(100)

  private let state = Mutex(State())
  /// Whether anything is shown at all.
  let isShown = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

  /// Shows a text in the place of the one before it, unless that has only just come.
  func show(_ text: @autoclosure () -> String) {
    guard isShown else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      if let last = state.lastShown, state.width > 0, now - last < Self.pause { return }
      state.lastShown = now
      // In a terminal's last column, the next character would begin a line.
      let shown = TextWidth.clipped(Console.visible(text()), to: Self.columns - 1)
      let width = TextWidth.of(shown)
      Console.put("\r" + shown + String(repeating: " ", count: max(0, state.width - width)))
      state.width = max(1, width)
    }
  }

  /// Takes the line away: the cursor stands where it began.
  func clear() {
    state.withLock { state in
      guard state.width > 0 else { return }
      Console.put("\r" + String(repeating: " ", count: state.width) + "\r")
      state.width = 0
    }
  }

  /// The terminal's width; 80 where it does not say.
  private static var columns: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
