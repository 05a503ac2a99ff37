/// SentencePiece's compiled normalization table: a double-array trie (Aoe 1989, in the layout of darts-clone)
/// from UTF-8 to places in a list of texts that end with a zero byte.
struct PrecompiledMap: Sendable {
  private let units: [UInt32]
  private let texts: [UInt8]

  /// Reads the table: the trie's size in bytes, the trie, the texts. `nil` when it is cut off.
  init?(_ bytes: [UInt8]) {
    func number(at index: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) }
    }
    guard bytes.count >= 4 else { return nil }
    let size = Int(number(at: 0))
    guard size % 4 == 0, size > 0, size <= bytes.count - 4 else { return nil }
    units = stride(from: 4, to: 4 + size, by: 4).map(number)
    texts = Array(bytes[(4 + size)...])
  }

  /// Replaces each character that the table has.
  ///
  /// As in `tokenizers`: a grapheme of less than six bytes is looked up as a whole, and the shortest of its
  /// beginnings that the table has decides; otherwise each of its scalars is looked up.
  func normalized(_ text: ArraySlice<AlignedScalar>) -> ArraySlice<AlignedScalar> {
    var result: [AlignedScalar] = []
    result.reserveCapacity(text.count)
    var index = text.startIndex
    while index < text.endIndex {
      guard text[index].scalar != nil else {
        result.append(text[index])
        index += 1
        continue
      }
      let end = text[index...].firstIndex { $0.scalar == nil } ?? text.endIndex
      for grapheme in String(String.UnicodeScalarView(text[index..<end].lazy.compactMap(\.scalar))) {
        let scalars = text[index..<index + grapheme.unicodeScalars.count]
        index = scalars.endIndex
        if grapheme.utf8.count < 6, let found = replacement(for: Array(grapheme.utf8)) {
          result += found.aligned(with: scalars.byteRange ?? 0..<0)
          continue
        }
        for scalar in scalars {
          if let found = replacement(for: ArraySlice([scalar]).bytes) {
            result += found.aligned(with: scalar.byteRange)
          } else {
            result.append(scalar)
          }
        }
      }
    }
    return ArraySlice(result)
  }

  /// The text for the shortest beginning of a key that the trie has; `nil` when it has none.
  private func replacement(for key: [UInt8]) -> [Unicode.Scalar]? {
    var node = Self.offset(units[0])
    for byte in key {
      // A zero ends a key: the trie has none with one inside.
      guard byte != 0 else { return nil }
      node ^= Int(byte)
      guard units.indices.contains(node) else { return nil }
      let unit = units[node]
      guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
      node ^= Self.offset(unit)
      guard units.indices.contains(node) else { return nil }
      if unit >> 8 & 1 == 1 {
        let start = Int(units[node] & 0x7FFF_FFFF)
        guard start <= texts.count else { return nil }
        return Array(String(decoding: texts[start...].prefix { $0 != 0 }, as: UTF8.self).unicodeScalars)
      }
    }
    return nil
  }

  /// How far a unit's children are, as a difference by exclusive or.
  private static func offset(_ unit: UInt32) -> Int { Int((unit >> 10) << ((unit & 0x200) >> 6)) }
}
