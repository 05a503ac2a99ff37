import Checkpoint

/// What of a text a model's vocabulary has no token for, and what a person is told about it.
public struct DroppedText: Sendable, Hashable {
  /// Bytes that are dropped.
  public let byteCount: Int
  /// The characters that they are, or are parts of: each kind once, in the order of the text.
  public let characters: [String]

  /// So many kinds of characters are named.
  private static let shownCount = 4

  /// `nil` when everything has a token.
  init?(_ encoding: Encoding, of text: [UInt8]) {
    guard !encoding.dropped.isEmpty else { return nil }
    byteCount = encoding.droppedByteCount
    var seen: Set<Unicode.Scalar> = []
    var characters: [String] = []
    for range in encoding.dropped {
      // A character of several bytes may have lost one of them only.
      var (start, end) = (range.lowerBound, range.upperBound)
      while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
      while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
      for scalar in String(decoding: text[start..<end], as: UTF8.self).unicodeScalars
      where seen.insert(scalar).inserted {
        characters.append("U+" + Self.hexadecimal(scalar.value))
      }
    }
    self.characters = characters
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// What a person is told.
  public var sentence: String {
    let named = characters.prefix(Self.shownCount).joined(separator: ", ")
    let more = characters.count > Self.shownCount ? " and \(characters.count - Self.shownCount) more" : ""
    return byteCount == 1
      ? "1 byte (\(named)) has no token in this model's vocabulary and is left out"
      : "\(byteCount) bytes (\(named)\(more)) have no token in this model's vocabulary and are left out"
  }
}
