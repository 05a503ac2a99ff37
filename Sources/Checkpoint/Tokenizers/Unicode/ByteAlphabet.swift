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

  /// Those characters as UTF-8.
  static let utf8: [[UInt8]] = scalars.map { Array(String(Character($0)).utf8) }

  /// The byte of each character, by its value.
  private static let bytes: [UInt8?] = {
    var bytes = [UInt8?](repeating: nil, count: 512)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = UInt8(byte) }
    return bytes
  }()

  /// The bytes that a vocabulary entry stands for; `nil` when it holds other characters.
  static func bytes(of entry: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(entry.count)
    for scalar in AlignedScalar.scan(entry) {
      guard scalar.value < bytes.count, let byte = bytes[Int(scalar.value)] else { return nil }
      result.append(byte)
    }
    return result
  }
}
