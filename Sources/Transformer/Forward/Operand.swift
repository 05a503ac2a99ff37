import Kernels

/// The left side of a matrix product: rows of floats and, where products are in bf16, the same rows rounded.
///
/// Whoever writes a row rounds it at once, on its own thread, while it is still in the cache.
final class Operand {
  let rows: Rows
  private let rounded: UnsafeMutablePointer<UInt16>?

  /// Allocates uninitialised rows.
  init(count: Int, width: Int, precision: Precision) {
    rows = Rows(count: count, width: width)
    rounded = precision.usesBFloat16 ? .allocate(capacity: max(1, count * width)) : nil
  }

  deinit { rounded?.deallocate() }

  /// What a product of the rows from one on reads.
  func start(ofRow row: Int) -> UnsafeRawPointer {
    rounded.map { UnsafeRawPointer($0 + row * rows.width) } ?? UnsafeRawPointer(rows[row])
  }

  /// Rounds the rows of a block that have been written.
  func round(_ block: Range<Int>) {
    guard let rounded else { return }
    laq_round_to_bf16(
      rows[block.lowerBound], rounded + block.lowerBound * rows.width, block.count * rows.width)
  }
}
