import COneDNN
import Kernels

/// Runs `body` for every index in `0 ..< count` on oneDNN's own threads and returns when all are done.
///
/// Each index must write to places of its own: the order and the thread of an index are unspecified,
/// so a result that depended on them would differ from run to run.
/// - Parameter work: about how many multiplications there are in all; little work stays on this thread,
///   because waking another costs more.
package func inParallel(count: Int, work: Int = .max, _ body: (Int) -> Void) {
  guard count > 1, work >= 1 << 20 else {
    for index in 0..<count { body(index) }
    return
  }
  withoutActuallyEscaping(body) { escapable in
    var context = ParallelBody(body: escapable)
    withUnsafeMutablePointer(to: &context) { pointer in
      laq_parallel(
        Int32(count),
        { context, index in
          context?.assumingMemoryBound(to: ParallelBody.self).pointee.body(Int(index))
        }, pointer)
    }
  }
}

/// As `inParallel`, for the regions of a few microseconds that a decode step has hundreds of.
///
/// They have threads of their own that stay awake between regions and are never waited for before they have taken
/// an index: on a busy machine a step goes on without them, where OpenMP would wait.
func inTeam(count: Int, work: Int, _ body: (Int) -> Void) {
  let threads = Int(laq_thread_count())
  guard count > 1, threads > 1, work >= 1 << 17 else {
    for index in 0..<count { body(index) }
    return
  }
  withoutActuallyEscaping(body) { escapable in
    var context = ParallelBody(body: escapable)
    withUnsafeMutablePointer(to: &context) { pointer in
      laq_team_run(
        Int32(threads), Int32(count),
        { context, index in
          context?.assumingMemoryBound(to: ParallelBody.self).pointee.body(Int(index))
        }, pointer)
    }
  }
}

private struct ParallelBody {
  let body: (Int) -> Void
}

/// Splits `0 ..< count` into blocks of `size` and runs `body` on them in parallel.
func inParallelBlocks(of size: Int, count: Int, _ body: (Range<Int>) -> Void) {
  inParallel(count: (count + size - 1) / size) { block in
    body(block * size..<min(count, (block + 1) * size))
  }
}
