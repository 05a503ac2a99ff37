import Kernels

/// A matrix of weights where it lies in a file, in a format that is multiplied as it stands: nothing is
/// copied, and the pages of the file are the only memory that it takes.
public struct MappedMatrix: Sendable {
  /// Outputs.
  public let rows: Int
  /// Inputs.
  public let columns: Int
  /// Bytes of all elements.
  public let byteCount: Int

  /// How the elements are stored.
  package let format: laq_format
  /// Whether the elements are in blocks of fewer than 16 bits each.
  package var isQuantized: Bool { format != LAQ_F16 && format != LAQ_BF16 }

  /// Rows of a head in the file whose neighbours are half a head apart in Hugging Face's order; 0 where
  /// the orders are the same.
  package let headRows: Int
  private let memory: Memory
  private let start: Int

  /// What the bytes lie in, kept for as long as they are used.
  ///
  /// `@unchecked Sendable`: bytes that never change.
  private final class Memory: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer
    private let file: MappedFile?

    init(_ file: MappedFile) {
      self.file = file
      bytes = file.bytes
    }

    init(copying array: [UInt8]) {
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: array.count, alignment: 64)
      copy.copyBytes(from: array)
      file = nil
      bytes = UnsafeRawBufferPointer(copy)
    }

    deinit { if file == nil { bytes.deallocate() } }
  }

  /// A matrix in a file.
  /// - Parameter start: its first byte's place.
  /// - Precondition: the file has all its bytes.
  init(_ format: laq_format, rows: Int, columns: Int, in file: MappedFile, at start: Int, headRows: Int = 0) {
    self.init(format, rows: rows, columns: columns, Memory(file), start: start, headRows: headRows)
  }

  /// A matrix in memory, for weights that are made up.
  package init(_ format: laq_format, rows: Int, columns: Int, bytes: [UInt8], headRows: Int = 0) {
    self.init(
      format, rows: rows, columns: columns, Memory(copying: bytes), start: 0, headRows: headRows)
  }

  private init(
    _ format: laq_format, rows: Int, columns: Int, _ memory: Memory, start: Int, headRows: Int
  ) {
    self.format = format
    self.rows = rows
    self.columns = columns
    self.headRows = headRows
    self.memory = memory
    self.start = start
    byteCount = rows * laq_stored_row_bytes(format, Int32(columns))
    precondition(start + byteCount <= memory.bytes.count)
  }

  /// Lends the description that kernels take.
  package func withStored<Result>(_ body: (UnsafePointer<laq_stored>) throws -> Result) rethrows -> Result {
    let first = memory.bytes.baseAddress.map { ($0 + start).assumingMemoryBound(to: UInt8.self) }
    var stored = laq_stored(
      start: first, format: format, outputs: Int32(rows), inputs: Int32(columns), head: Int32(headRows))
    return try withUnsafePointer(to: &stored, body)
  }

  /// The elements as they are stored, in Hugging Face's order of rows; cost: one pass over them.
  package var bytes: [UInt8] {
    let width = byteCount / max(1, rows)
    return [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
      for row in 0..<rows {
        let from = start + Int(laq_stored_row(Int32(row), Int32(headRows))) * width
        let place = target[row * width..<(row + 1) * width]
        UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: place))
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: memory.bytes[from..<from + width]))
      }
      count = byteCount
    }
  }
}
