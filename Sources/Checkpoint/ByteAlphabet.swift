/// GPT-2's alphabet: a printable character for each byte, in which byte-level vocabularies are written.
enum ByteAlphabet {
  /// The character of each byte.
  static let scalars: [Unicode.Scalar] = {
    var next: UInt32 = 256
    return (0..<256).map { byte in
      let isPrintable = (33...126).contains(byte) || (161...172).contains(byte) || byte >= 174
      if isPrintable { return Unicode.Scalar(UInt8(byte)) }
      defer { next += 1 }
      return Unicode.Scalar(next) ?? " "
    }
  }()

  private static let bytes = Dictionary(
    uniqueKeysWithValues: scalars.enumerated().map { ($1, UInt8($0)) })

  /// The bytes that a vocabulary entry stands for; `nil` when it holds other characters.
  static func bytes(of entry: String) -> [UInt8]? {
    var result: [UInt8] = []
    for scalar in entry.unicodeScalars {
      guard let byte = bytes[scalar] else { return nil }
      result.append(byte)
    }
    return result
  }
}
