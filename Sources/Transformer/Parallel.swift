import COneDNN

/// Runs `body` for every index in `0 ..< count` on oneDNN's own threads and returns when all are done.
///
/// Each index must write to places of its own: the order and the thread of an index are unspecified,
/// so a result that depended on them would differ from run to run.
package func inParallel(count: Int, _ body: (Int) -> Void) {
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

private struct ParallelBody {
  let body: (Int) -> Void
}

/// Splits `0 ..< count` into blocks of `size` and runs `body` on them in parallel.
func inParallelBlocks(of size: Int, count: Int, _ body: (Range<Int>) -> Void) {
  inParallel(count: (count + size - 1) / size) { block in
    body(block * size..<min(count, (block + 1) * size))
  }
}
