/// Kept positions as the fixtures hold them: hexadecimal, the first token in the lowest bit of the first
/// byte.
enum Bitmap {
  static func positions(_ text: String) -> [Int] {
    let digits = text.compactMap(\.hexDigitValue)
    return (0..<digits.count * 4).filter { bit in
      // The two digits of a byte stand the higher one first.
      let digit = digits[bit / 8 * 2 + (bit % 8 < 4 ? 1 : 0)]
      return digit >> (bit % 4) & 1 == 1
    }
  }
}
