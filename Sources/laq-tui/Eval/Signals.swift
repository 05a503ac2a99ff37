import Dispatch
import Foundation

/// Ctrl-C and the signal of schedulers that take a machine back: the first asks for an orderly end, the
/// second ends at once.
struct Signals {
  private let sources: [any DispatchSourceSignal]

  /// - Parameter onFirst: called once, on a queue of its own.
  init(onFirst: @escaping @Sendable () -> Void) {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)  // the source hears it all the same
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        signal(number, SIG_DFL)
        onFirst()
      }
      source.resume()
      return source
    }
  }

  /// Runs something that the first signal cancels, and takes the line of its progress away in the end.
  /// - Throws: what the body throws, `CancellationError` where a signal has come.
  static func interrupting<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let task = Task(operation: body)
    let signals = Signals { task.cancel() }
    defer {
      signals.stop()
      Console.progress.clear()
    }
    return try await task.value
  }

  /// Gives the signals back.
  func stop() {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }
}

/// A signal has ended what would have been printed or written.
struct Interrupted: Error, CustomStringConvertible {
  let description = "stopped; nothing more is printed or written"
}
