import Foundation
import Synchronization

/// How far the scoring of a prompt's heads has come, told on the thread that asked for it: that it
/// has begun, and each head that this thread scores, as others score, too.
final class ScoringProgress: Sendable {
  private let count: Int
  private let done = Mutex(0)
  private let thread = ObjectIdentifier(Thread.current)
  // Called on that thread alone.
  private nonisolated(unsafe) let onProgress: ((Int, Int) -> Void)?

  init(count: Int, _ onProgress: ((Int, Int) -> Void)?) {
    (self.count, self.onProgress) = (count, onProgress)
    // The others may take every head: that it has begun is told before.
    onProgress?(0, count)
  }

  /// Takes note of a head.
  func advance() {
    guard let onProgress else { return }
    let done = done.withLock { done in
      done += 1
      return done
    }
    if ObjectIdentifier(Thread.current) == thread { onProgress(done, count) }
  }
}
