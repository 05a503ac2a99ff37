extension GGMLType {
  /// Turns whole blocks into floats.
  ///
  /// Every product and sum is rounded to f32 in the order of the `gguf` package, so that results are
  /// equal to its, bit by bit. Cost: one pass.
  /// - Parameters:
  ///   - source: a multiple of `blockSize` bytes.
  ///   - target: `blockLength` floats for each block.
  func read(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
    switch self {
    case .float32: ElementType.float32.read(source, into: target)
    case .float16: ElementType.float16.read(source, into: target)
    case .bfloat16: ElementType.bfloat16.read(source, into: target)
    case .q4_0: readBlocks(source, into: target, with: Self.readQ4Zero)
    case .q4_1: readBlocks(source, into: target, with: Self.readQ4One)
    case .q5_0: readBlocks(source, into: target, with: Self.readQ5Zero)
    case .q5_1: readBlocks(source, into: target, with: Self.readQ5One)
    case .q8_0: readBlocks(source, into: target, with: Self.readQ8Zero)
    case .q2K: readBlocks(source, into: target, with: Self.readQ2K)
    case .q3K: readBlocks(source, into: target, with: Self.readQ3K)
    case .q4K: readBlocks(source, into: target, with: Self.readQ4K)
    case .q5K: readBlocks(source, into: target, with: Self.readQ5K)
    case .q6K: readBlocks(source, into: target, with: Self.readQ6K)
    case .iq4NL: readBlocks(source, into: target, with: Self.readIQ4NL)
    case .iq4XS: readBlocks(source, into: target, with: Self.readIQ4XS)
    case .mxfp4: readBlocks(source, into: target, with: Self.readMXFP4)
    }
  }

  private func readBlocks(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>,
    with readBlock: (UnsafeRawPointer, UnsafeMutablePointer<Float>) -> Void
  ) {
    let count = source.count / blockSize
    precondition(count * blockLength == target.count)
    guard let bytes = source.baseAddress, let floats = target.baseAddress else { return }
    for block in 0..<count { readBlock(bytes + block * blockSize, floats + block * blockLength) }
  }
}
