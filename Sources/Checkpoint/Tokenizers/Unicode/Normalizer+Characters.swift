/// Steps that look at one scalar at a time.
extension Normalizer {
  /// The normalization of SentencePiece's translation models, as in `tokenizers`: control characters go,
  /// other white space and what is invisible becomes a space.
  static func simplified(_ text: ArraySlice<AlignedScalar>) -> ArraySlice<AlignedScalar> {
    ArraySlice(
      text.compactMap { scalar in
        switch scalar.value {
        case 0x1...0x8, 0xB, 0xE...0x1F, 0x7F, 0x8F, 0x9F: nil
        case 0x9, 0xA, 0xC, 0xD, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
          AlignedScalar(value: 0x20, byteRange: scalar.byteRange)
        default: scalar
        }
      })
  }

  /// The marks that `tokenizers` (0.23) knows are those of Unicode 9: two characters were marks then, and one
  /// was not.
  private static let newestMark = 9
  private static let formerMarks: ClosedRange<UInt32> = 0x1CF2...0x1CF3
  private static let formerPunctuation: UInt32 = 0x111C9

  /// The text without combining marks; those of composed characters only where a form before it has taken
  /// them apart.
  static func strippedOfAccents(_ text: ArraySlice<AlignedScalar>) -> ArraySlice<AlignedScalar> {
    text.filter { scalar in
      guard scalar.value >= 0x300, let properties = scalar.scalar?.properties else { return true }
      switch properties.generalCategory {
      case .nonspacingMark, .spacingMark, .enclosingMark:
        return properties.age?.major ?? .max > newestMark || scalar.value == formerPunctuation
      default: return !formerMarks.contains(scalar.value)
      }
    }[...]
  }

  /// Each byte as the character that stands for it in GPT-2's alphabet.
  static func spelledAsBytes(_ text: ArraySlice<AlignedScalar>) -> ArraySlice<AlignedScalar> {
    ArraySlice(
      text.flatMap { scalar in
        ArraySlice([scalar]).bytes.map { ByteAlphabet.scalars[Int($0)] }.aligned(with: scalar.byteRange)
      })
  }
}
