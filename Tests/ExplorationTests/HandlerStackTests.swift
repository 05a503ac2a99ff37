import Foundation
import Synchronization
import Testing
import Transformer

@testable import Exploration

/// A stack overflow is handled on a stack of the handler's own, which every thread needs for itself.
@Suite struct HandlerStackTests {
  private static var hasStack: Bool {
    var stack = stack_t()
    return sigaltstack(nil, &stack) == 0 && stack.ss_flags & 2 == 0 && stack.ss_size >= 16_384
  }

  private actor Probe {
    private let thread = EngineThread()
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }
    func hasStack() -> Bool { HandlerStackTests.hasStack }
  }

  @Test func theEnginesThreadHasOne() async { #expect(await Probe().hasStack()) }

  @Test func theThreadsThatComputeHaveOne() {
    let own = pthread_self()
    let lacking = Atomic(0)
    // Long enough that the other threads take a part of them.
    inParallel(count: 64) { _ in
      usleep(2_000)
      if pthread_equal(pthread_self(), own) == 0, !Self.hasStack { lacking.add(1, ordering: .relaxed) }
    }
    #expect(lacking.load(ordering: .relaxed) == 0)
  }
}
