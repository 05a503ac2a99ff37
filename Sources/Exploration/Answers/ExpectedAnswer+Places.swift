import Checkpoint

extension ExpectedAnswer {
  /// Where a text has it, as ranges of bytes: an expression's matches, or the texts' places, upper and lower
  /// case of ASCII letters and any space alike.
  func places(in text: [UInt8]) -> [Range<Int>] {
    guard !isExpression else {
      return texts.flatMap { (try? TextPattern($0))?.matches(in: text) ?? [] }
    }
    let (plain, origins) = Self.folded(text)
    return texts.flatMap { wanted -> [Range<Int>] in
      let wanted = Self.folded(Array(wanted.utf8)).bytes
      guard let first = wanted.first, plain.count >= wanted.count else { return [] }
      return (0...plain.count - wanted.count).compactMap { start in
        guard plain[start] == first, plain[start..<start + wanted.count].elementsEqual(wanted) else {
          return nil
        }
        return origins[start]..<origins[start + wanted.count - 1] + 1
      }
    }
  }

  /// Small letters and single spaces, and where each byte stood.
  private static func folded(_ text: [UInt8]) -> (bytes: [UInt8], origins: [Int]) {
    var (bytes, origins): ([UInt8], [Int]) = ([], [])
    for (index, byte) in text.enumerated() {
      let isSpace = byte == 0x20 || (0x09...0x0D).contains(byte)
      if isSpace, bytes.last == 0x20 { continue }
      bytes.append(isSpace ? 0x20 : (0x41...0x5A).contains(byte) ? byte + 0x20 : byte)
      origins.append(index)
    }
    return (bytes, origins)
  }
}

extension Prompt {
  /// The tokens of the text that something of which an answer is made stands on; tokens put around the text,
  /// a question above all, are none of them.
  func positions(of wanted: [ExpectedAnswer]) -> [Int] {
    let places = wanted.flatMap { $0.places(in: text) }
    return tokens.indices.filter { position in
      let range = tokens[position].byteRange
      return !range.isEmpty && places.contains { $0.overlaps(range) }
    }
  }
}
