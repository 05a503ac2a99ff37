extension GGMLType {
  /// Turns whole blocks into floats.
  ///
  /// Every product and sum is rounded to f32 in the order of the `gguf` package, so that results are
  /// equal to its, bit by bit. Cost: one pass.
  /// - Parameters:
  ///   - source: a multiple of `blockSize` bytes.
  ///   - target: `blockLength` floats for each block.
  func read(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
    precondition(source.count / blockSize * blockLength == target.count)
    guard let bytes = source.baseAddress, let floats = target.baseAddress else { return }
    let readBlock = blockReader
    for block in 0..<source.count / blockSize {
      readBlock(bytes + block * blockSize, floats + block * blockLength)
    }
  }

  /// Reads one block.
  typealias BlockReader = (UnsafeRawPointer, UnsafeMutablePointer<Float>) -> Void

  private var blockReader: BlockReader {
    switch self {
    case .float32: { $1.pointee = Float(bitPattern: $0.bits(at: 0)) }
    case .float16: { $1.pointee = $0.half(at: 0) }
    case .bfloat16: { $1.pointee = Float(bitPattern: UInt32($0.bits(at: 0) as UInt16) << 16) }
    case .q4_0: Self.readQ4Zero
    case .q4_1: Self.readQ4One
    case .q5_0: Self.readQ5Zero
    case .q5_1: Self.readQ5One
    case .q8_0: Self.readQ8Zero
    case .q2K: Self.readQ2K
    case .q3K: Self.readQ3K
    case .q4K: Self.readQ4K
    case .q5K: Self.readQ5K
    case .q6K: Self.readQ6K
    }
  }
}

extension UnsafeRawPointer {
  /// A little-endian number, aligned or not.
  func bits<Number: FixedWidthInteger>(at offset: Int) -> Number {
    Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  /// One byte.
  func byte(at offset: Int) -> UInt8 { load(fromByteOffset: offset, as: UInt8.self) }

  /// A half-precision number.
  func half(at offset: Int) -> Float { Float(Float16(bitPattern: bits(at: offset))) }
}
