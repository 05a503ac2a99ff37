/// Blocks of 32 elements with one scale, and for some one minimum: low halves of the bytes are the first
/// 16 elements, high halves the others; a fifth bit stands in a word of its own.
extension GGMLType {
  /// Scale (f16), 16 bytes; zero is at 8.
  static func readQ4Zero(_ block: UnsafeRawPointer, _ result: UnsafeMutablePointer<Float>) {
    let scale = block.half(at: 0)
    for index in 0..<16 {
      let byte = block.byte(at: 2 + index)
      result[index] = scale * Float(Int(byte & 15) - 8)
      result[index + 16] = scale * Float(Int(byte >> 4) - 8)
    }
  }

  /// Scale, minimum (f16), 16 bytes.
  static func readQ4One(_ block: UnsafeRawPointer, _ result: UnsafeMutablePointer<Float>) {
    let (scale, minimum) = (block.half(at: 0), block.half(at: 2))
    for index in 0..<16 {
      let byte = block.byte(at: 4 + index)
      result[index] = scale * Float(byte & 15) + minimum
      result[index + 16] = scale * Float(byte >> 4) + minimum
    }
  }

  /// Scale (f16), 32 fifth bits, 16 bytes; zero is at 16.
  static func readQ5Zero(_ block: UnsafeRawPointer, _ result: UnsafeMutablePointer<Float>) {
    let scale = block.half(at: 0)
    readFiveBits(block + 2, result) { scale * Float($0 - 16) }
  }

  /// Scale, minimum (f16), 32 fifth bits, 16 bytes.
  static func readQ5One(_ block: UnsafeRawPointer, _ result: UnsafeMutablePointer<Float>) {
    let (scale, minimum) = (block.half(at: 0), block.half(at: 2))
    readFiveBits(block + 4, result) { scale * Float($0) + minimum }
  }

  /// Scale (f16), 32 signed bytes.
  static func readQ8Zero(_ block: UnsafeRawPointer, _ result: UnsafeMutablePointer<Float>) {
    let scale = block.half(at: 0)
    for index in 0..<32 { result[index] = Float(Int8(bitPattern: block.byte(at: 2 + index))) * scale }
  }

  @inline(__always)
  private static func readFiveBits(
    _ start: UnsafeRawPointer, _ result: UnsafeMutablePointer<Float>, _ value: (Int32) -> Float
  ) {
    let fifths: UInt32 = start.bits(at: 0)
    for index in 0..<16 {
      let byte = UInt32(start.byte(at: 4 + index))
      let place = UInt32(index)
      result[index] = value(Int32(byte & 15 | (fifths >> place & 1) << 4))
      result[index + 16] = value(Int32(byte >> 4 | (fifths >> (place + 16) & 1) << 4))
    }
  }
}
