import Kernels

/// Runs `body` for every index in `0 ..< count` on the program's threads and returns when all are done.
///
/// Each index must write to places of its own: the order and the thread of an index are unspecified, so a
/// result that depended on them would differ from run to run. Within another region it runs on its thread
/// alone.
/// - Parameter work: about how many multiplications there are in all; little work stays on this thread,
///   because handing it over costs more.
package func inParallel(count: Int, work: Int = .max, _ body: (Int) -> Void) {
  guard count > 1, work >= 1 << 17 else {
    for index in 0..<count { body(index) }
    return
  }
  lend(body) { laq_parallel(Int32(count), $0, $1) }
}

/// As the one above, with so few indices at a time that what they hold fits the memory: some after the others
/// where each holds much.
/// - Parameter bytesEach: about how much memory an index takes while it runs.
package func inParallel(count: Int, work: Int = .max, bytesEach: Int, _ body: (Int) -> Void) {
  let size = max(1, heldBytesLimit / max(1, bytesEach))
  for first in stride(from: 0, to: count, by: size) {
    inParallel(count: min(size, count - first), work: work) { body(first + $0) }
  }
}

/// What the indices of one region may hold together: half of a gibibyte.
private let heldBytesLimit = 1 << 29

/// Splits `0 ..< count` into blocks of `size` and runs `body` on them in parallel.
package func inParallelBlocks(of size: Int, count: Int, _ body: (Range<Int>) -> Void) {
  inParallel(count: (count + size - 1) / size) { block in
    body(block * size..<min(count, (block + 1) * size))
  }
}

/// As the one above, for a body that can fail: the error of the first block that did is thrown when all are
/// done.
func inParallelBlocks(of size: Int, count: Int, _ body: (Range<Int>) throws -> Void) throws {
  let blocks = (count + size - 1) / size
  var results = [Result<Void, any Error>](repeating: .success(()), count: blocks)
  results.withUnsafeMutableBufferPointer { results in
    inParallel(count: blocks) { block in
      results[block] = Result { try body(block * size..<min(count, (block + 1) * size)) }
    }
  }
  for result in results { try result.get() }
}

private typealias Callback = @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void

private struct ParallelBody {
  let body: (Int) -> Void
}

/// Hands a closure to C while `run` runs.
private func lend(_ body: (Int) -> Void, to run: (Callback, UnsafeMutableRawPointer) -> Void) {
  withoutActuallyEscaping(body) { escapable in
    var context = ParallelBody(body: escapable)
    withUnsafeMutablePointer(to: &context) { pointer in
      run(
        { context, index in
          context?.assumingMemoryBound(to: ParallelBody.self).pointee.body(Int(index))
        }, UnsafeMutableRawPointer(pointer))
    }
  }
}

/// Shares the usual threads among jobs that run at once: there is one team of them, so that one job at a time
/// has it, and the others have a thread each. Results are the same for any number.
public func shareThreads(among jobs: Int) {
  laq_set_thread_count(0)
  laq_set_thread_count(max(1, laq_thread_count() - Int32(clamping: jobs - 1)))
}
