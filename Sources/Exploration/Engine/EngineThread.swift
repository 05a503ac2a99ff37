import CFaults
import Foundation
import Synchronization

/// A serial executor on one thread of its own.
///
/// oneDNN's OpenMP gives every thread that calls it a pool of workers; on the shared pool of Swift's
/// tasks, which hops between threads, several such pools would spin against each other.
final class EngineThread: SerialExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var isStopping = false
  }

  private let state = Mutex(State())
  private let wake = DispatchSemaphore(value: 0)

  init() {
    let state = WeakThread(self)
    let wake = wake
    let thread = Thread {
      fault_stack()
      while true {
        wake.wait()
        guard let engine = state.engine, engine.runNext() else { return }
      }
    }
    thread.name = "engine"
    // Several pages of scores live on the stack of the attention kernels.
    thread.stackSize = 8 << 20
    thread.start()
  }

  deinit {
    wake.signal()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
    wake.signal()
  }

  /// Runs the oldest job; false when there is none, which only the last signal brings about.
  private func runNext() -> Bool {
    let job = state.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
    guard let job else { return false }
    job.runSynchronously(on: asUnownedSerialExecutor())
    return true
  }
}

/// A weak reference for the thread's closure, so that the thread ends with its executor.
private final class WeakThread: Sendable {
  private let reference: Mutex<Reference>

  private struct Reference {
    weak var engine: EngineThread?
  }

  init(_ engine: EngineThread) { reference = Mutex(Reference(engine: engine)) }

  var engine: EngineThread? { reference.withLock { $0.engine } }
}
