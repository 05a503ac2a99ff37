import Kernels

/// A row-major matrix of floats that kernels on several threads write to, a row each.
///
/// A class over raw storage, because an array cannot be written from two threads without each of them
/// taking the whole of it. Internal to one forward pass; never shared beyond it.
package final class Rows {
  package let count: Int
  package let width: Int
  package let start: UnsafeMutablePointer<Float>
  private let owner: Rows?

  /// Allocates uninitialised rows.
  package init(count: Int, width: Int) {
    self.count = count
    self.width = width
    start = .allocate(capacity: max(1, count * width))
    laq_advise_large_pages(start, count * width * MemoryLayout<Float>.stride)
    owner = nil
  }

  private init(view owner: Rows, _ rows: Range<Int>) {
    count = rows.count
    width = owner.width
    start = owner[rows.lowerBound]
    self.owner = owner
  }

  deinit { if owner == nil { start.deallocate() } }

  /// The first element of a row.
  package subscript(row: Int) -> UnsafeMutablePointer<Float> { start + row * width }

  /// Some rows, sharing this storage.
  subscript(rows: Range<Int>) -> Rows { Rows(view: self, rows) }

  /// All elements, as long as this matrix lives.
  package var elements: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: start, count: count * width) }

  /// A copy as an array.
  var array: [Float] { Array(elements) }
}
