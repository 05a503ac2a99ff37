import Dispatch
import Foundation

/// Ctrl-C and the signal of schedulers that take a machine back: the first asks for an orderly end, the second ends at once.
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

  /// Gives the signals back.
  func stop() {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
  }
}
