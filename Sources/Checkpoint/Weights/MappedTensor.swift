/// The elements of a tensor where they lie in a mapped file: nothing is copied or widened before it is asked
/// for.
public struct MappedTensor: Sendable {
  /// Sizes, outermost first.
  public let shape: [Int]
  /// The number format.
  public let type: ElementType
  /// Elements.
  public let count: Int

  private let file: MappedFile
  private let start: Int
  private let pages: ResidentPages

  init(_ tensor: TensorDescription, type: ElementType, in file: MappedFile, pages: ResidentPages) {
    shape = tensor.shape
    self.type = type
    count = tensor.byteRange.count / type.byteCount
    start = tensor.byteRange.lowerBound
    self.file = file
    self.pages = pages
  }

  /// The bytes of a range of elements, aligned or not, as long as the closure runs.
  public func withBytes<Result>(
    _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    let bytes = start + range.lowerBound * type.byteCount..<start + range.upperBound * type.byteCount
    defer { pages.note(bytes.count) }
    return try body(UnsafeRawBufferPointer(rebasing: file.bytes[bytes]))
  }

  /// A range of elements as they are stored, as long as the closure runs: in place where they are aligned,
  /// else copied.
  /// - Precondition: the number type is that of the tensor.
  public func withElements<Number: BitwiseCopyable, Result>(
    _ range: Range<Int>, as number: Number.Type, _ body: (UnsafePointer<Number>) throws -> Result
  ) rethrows -> Result {
    precondition(MemoryLayout<Number>.size == type.byteCount)
    return try withBytes(range) { bytes in
      if let start = bytes.baseAddress, Int(bitPattern: start) % MemoryLayout<Number>.alignment == 0 {
        return try body(start.assumingMemoryBound(to: number))
      }
      return try [Number](unsafeUninitializedCapacity: max(1, range.count)) { buffer, count in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
        count = range.count
      }.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else { preconditionFailure("an array without storage") }
        return try body(start)
      }
    }
  }

  /// Copies a range of elements as floats; cost: one pass over its bytes.
  public func copy(_ range: Range<Int>, to target: UnsafeMutablePointer<Float>) {
    withBytes(range) { type.read($0, into: UnsafeMutableBufferPointer(start: target, count: range.count)) }
  }
}
