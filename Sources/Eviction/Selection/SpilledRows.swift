import Foundation

/// Rows of floats in a temporary file, which has no name and goes with the last user.
///
/// `@unchecked Sendable`: rows are written and read at their own places through one descriptor, which the
/// system allows from any thread; nobody reads a row before it is written.
final class SpilledRows: @unchecked Sendable {
  let count: Int
  private let width: Int
  private let descriptor: Int32

  /// Makes a file for rows; the space is taken as they are written.
  /// - Throws: `SpillError`.
  init(count: Int, width: Int) throws {
    (self.count, self.width) = (count, width)
    var path = Array(
      (NSTemporaryDirectory() as NSString).appendingPathComponent("laq-tui-XXXXXX").utf8CString)
    descriptor = mkstemp(&path)
    guard descriptor >= 0 else { throw SpillError(byteCount: count * width * 4) }
    unlink(path)
  }

  deinit { close(descriptor) }

  /// Writes a row.
  /// - Throws: `SpillError` when the disk is full or fails.
  func write(_ row: [Float], at index: Int) throws {
    precondition(
      row.count == width && index < count, "row \(index) of \(row.count) for \(count) rows of \(width)")
    try row.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let part = UnsafeRawBufferPointer(rebasing: bytes[done...])
        let written = pwrite(descriptor, part.baseAddress, part.count, off_t(index * width * 4 + done))
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { throw SpillError(byteCount: count * width * 4) }
        done += written
      }
    }
  }

  /// A row; zeros from where the disk fails on.
  subscript(index: Int) -> [Float] {
    precondition(index < count, "row \(index) of \(count)")
    var row = [Float](repeating: 0, count: width)
    row.withUnsafeMutableBytes { bytes in
      var done = 0
      while done < bytes.count {
        let part = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
        let read = pread(descriptor, part.baseAddress, part.count, off_t(index * width * 4 + done))
        if read < 0, errno == EINTR { continue }
        guard read > 0 else { return }
        done += read
      }
    }
    return row
  }
}

/// Scores that fit neither the memory nor the disk.
public struct SpillError: Error, Equatable, CustomStringConvertible {
  let byteCount: Int

  /// The sentence that a person reads: what was expected, what was found, and what to do.
  public var description: String {
    """
    \(NSTemporaryDirectory()): the scores of so long a prompt take \(byteCount >> 20) MiB, which cannot be written there; \
    free space, or name another folder in TMPDIR
    """
  }
}
