/// Blocks whose four bits are places in a table of 16 numbers: of 16 bytes, low halves are the first 16
/// elements, high halves the others.
extension GGMLType {
  /// Closer together around zero, as weights are.
  private static let unevenlySpaced: [Float] = [
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
  ]

  /// Floats of a sign, two bits of exponent and one of fraction, doubled.
  private static let doubledFloats: [Float] = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12]

  /// Scale (f16), 16 bytes.
  static func readIQ4NL(_ block: UnsafeRawPointer, _ result: UnsafeMutablePointer<Float>) {
    look(up: block + 2, in: unevenlySpaced, scale: block.half(at: 0), result)
  }

  /// Scale (f16), two high bits of each of eight parts' scales, four low bits of each, 16 bytes of each part;
  /// the scales' zero is at 32.
  static func readIQ4XS(_ block: UnsafeRawPointer, _ result: UnsafeMutablePointer<Float>) {
    let scale = block.half(at: 0)
    let highs: UInt16 = block.bits(at: 2)
    for part in 0..<8 {
      let low = block.byte(at: 4 + part / 2) >> UInt8(part % 2 * 4) & 15
      let high = UInt8(highs >> UInt16(2 * part) & 3)
      let partScale = scale * Float(Int(high << 4 | low) - 32)
      look(up: block + 8 + 16 * part, in: unevenlySpaced, scale: partScale, result + 32 * part)
    }
  }

  /// The exponent of a power of two, 16 bytes.
  static func readMXFP4(_ block: UnsafeRawPointer, _ result: UnsafeMutablePointer<Float>) {
    let exponent = UInt32(block.byte(at: 0))
    // Half the power, as the table's numbers are doubled; the two lowest are subnormal.
    let bits = exponent < 2 ? 0x200000 << exponent : (exponent - 1) << 23
    look(up: block + 1, in: doubledFloats, scale: Float(bitPattern: bits), result)
  }

  private static func look(
    up start: UnsafeRawPointer, in table: [Float], scale: Float, _ result: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<16 {
      let byte = Int(start.byte(at: index))
      result[index] = scale * table[byte & 15]
      result[index + 16] = scale * table[byte >> 4]
    }
  }
}
