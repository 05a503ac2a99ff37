import Foundation
import Kernels
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

  /// A region may be done before another thread takes a part of it, or find them busy with another test's.
  @Test func theThreadsThatComputeHaveOne() {
    let own = pthread_self()
    let others = Atomic(0)
    let lacking = Atomic(0)
    let end = ContinuousClock.now + .seconds(60)
    repeat {
      inParallel(count: 64) { _ in
        guard pthread_equal(pthread_self(), own) == 0 else {
          usleep(1_000)
          return
        }
        others.add(1, ordering: .relaxed)
        if !Self.hasStack { lacking.add(1, ordering: .relaxed) }
      }
    } while laq_thread_count() > 1 && others.load(ordering: .relaxed) == 0 && ContinuousClock.now < end
    #expect(lacking.load(ordering: .relaxed) == 0)
    #expect(laq_thread_count() == 1 || others.load(ordering: .relaxed) > 0, "no other thread took part")
  }
}
