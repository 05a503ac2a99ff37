/// Blocks of 256 elements, whose 8 or 16 parts have small integer scales, all times one f16 scale.
extension GGMLType {
  /// 16 bytes of scale and minimum, 64 bytes of two bits, scale, scale of the minima (f16).
  static func readQ2K(_ block: UnsafeRawPointer, _ result: UnsafeMutablePointer<Float>) {
    let (scale, minimumScale) = (block.half(at: 80), block.half(at: 82))
    for part in 0..<16 {
      let scales = block.byte(at: part)
      let (partScale, minimum) = (scale * Float(scales & 15), minimumScale * Float(scales >> 4))
      let (bytes, shift) = twoBits(block + 16, part)
      for index in 0..<16 {
        result[16 * part + index] = partScale * Float(bytes.byte(at: index) >> shift & 3) - minimum
      }
    }
  }

  /// 32 bytes of third bits, 64 bytes of two bits, 12 bytes of 6-bit scales, scale (f16).
  static func readQ3K(_ block: UnsafeRawPointer, _ result: UnsafeMutablePointer<Float>) {
    let scale = block.half(at: 108)
    for part in 0..<16 {
      let lowScale = block.byte(at: 96 + part % 8) >> UInt8(part / 8 * 4) & 15
      let highScale = block.byte(at: 104 + part % 4) >> UInt8(part / 4 * 2) & 3
      let partScale = scale * Float(Int(highScale << 4 | lowScale) - 32)
      let (bytes, shift) = twoBits(block + 32, part)
      let (thirds, place) = (block + part % 2 * 16, UInt8(part / 2))
      for index in 0..<16 {
        // Where the third bit is not set, 4 is taken away.
        let low = bytes.byte(at: index) >> shift & 3
        let third = thirds.byte(at: index) >> place & 1
        result[16 * part + index] = partScale * Float(Int32(low | third << 2) - 4)
      }
    }
  }

  /// Scale, scale of the minima (f16), 12 bytes of 6-bit scales and minima, 128 bytes of four bits.
  static func readQ4K(_ block: UnsafeRawPointer, _ result: UnsafeMutablePointer<Float>) {
    for part in 0..<8 {
      let (scale, minimum) = scaleAndMinimum(block, part)
      for index in 0..<32 {
        result[32 * part + index] = scale * Float(fourBits(block + 16, part, index)) - minimum
      }
    }
  }

  /// As `readQ4K`, with 32 bytes of fifth bits before the four bits.
  static func readQ5K(_ block: UnsafeRawPointer, _ result: UnsafeMutablePointer<Float>) {
    for part in 0..<8 {
      let (scale, minimum) = scaleAndMinimum(block, part)
      for index in 0..<32 {
        let fifth = block.byte(at: 16 + index) >> UInt8(part) & 1
        let value = fourBits(block + 48, part, index) | Int(fifth) << 4
        result[32 * part + index] = scale * Float(value) - minimum
      }
    }
  }

  /// 128 bytes of four bits, 64 bytes of two higher bits, 16 signed scales, scale (f16); zero is at 32.
  static func readQ6K(_ block: UnsafeRawPointer, _ result: UnsafeMutablePointer<Float>) {
    let scale = block.half(at: 208)
    for part in 0..<16 {
      let partScale = scale * Float(Int8(bitPattern: block.byte(at: 192 + part)))
      // Each half of the block has 64 bytes of four bits, whose low halves come first.
      let (lows, lowShift) = (block + part / 8 * 64 + part % 4 * 16, UInt8(part % 8 / 4 * 4))
      let (highs, highShift) = twoBits(block + 128, part)
      for index in 0..<16 {
        let low = lows.byte(at: index) >> lowShift & 15
        let high = highs.byte(at: index) >> highShift & 3
        result[16 * part + index] = partScale * Float(Int32(low | high << 4) - 32)
      }
    }
  }

  /// Where 16 elements have their two bits: 32 bytes serve 128 elements, their lowest bits the first 32 of
  /// them, and so on.
  private static func twoBits(_ start: UnsafeRawPointer, _ part: Int) -> (UnsafeRawPointer, shift: UInt8) {
    (start + part / 8 * 32 + part % 2 * 16, UInt8(part % 8 / 2 * 2))
  }

  /// 32 bytes serve two parts: low halves the first one.
  private static func fourBits(_ start: UnsafeRawPointer, _ part: Int, _ index: Int) -> Int {
    Int(start.byte(at: part / 2 * 32 + index) >> UInt8(part % 2 * 4) & 15)
  }

  /// Of the 12 bytes, four have the first four scales and four the first four minima in six bits; the
  /// two bits left over in each complete the last four bytes, which have the other ones' four low bits.
  private static func scaleAndMinimum(_ block: UnsafeRawPointer, _ part: Int) -> (Float, Float) {
    let bytes = block + 4
    let scale: UInt8
    let minimum: UInt8
    if part < 4 {
      (scale, minimum) = (bytes.byte(at: part) & 63, bytes.byte(at: part + 4) & 63)
    } else {
      let low = bytes.byte(at: part + 4)
      scale = low & 15 | bytes.byte(at: part - 4) >> 2 & 48
      minimum = low >> 4 | bytes.byte(at: part) >> 2 & 48
    }
    return (block.half(at: 0) * Float(scale), block.half(at: 2) * Float(minimum))
  }
}
