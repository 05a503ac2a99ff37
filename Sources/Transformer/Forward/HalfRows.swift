import Kernels

/// Rows of bf16 numbers, zero at first.
final class HalfRows {
  private let width: Int
  private let start: UnsafeMutablePointer<UInt16>

  init(count: Int, width: Int) {
    self.width = width
    start = .allocate(capacity: max(1, count * width))
    laq_advise_large_pages(start, count * width * MemoryLayout<UInt16>.stride)
    start.initialize(repeating: 0, count: max(1, count * width))
  }

  deinit { start.deallocate() }

  subscript(row: Int) -> UnsafeMutablePointer<UInt16> { start + row * width }
}
