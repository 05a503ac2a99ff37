/// Token ids by their exact bytes: a hash table over one run of bytes, which can be asked for each of a
/// text's beginnings without copying them.
struct TokenTable: Sendable {
  private var pool: [UInt8] = []
  private var entries: [(start: Int, end: Int, hash: UInt64, id: Int)] = []
  /// Indices of entries, -1 where free; a power of two of them, at most half of them taken.
  private var slots: [Int32]
  /// The length of the longest token.
  private(set) var longest = 0

  /// Where two entries have the same bytes, the first counts.
  init(_ tokens: [(bytes: [UInt8], id: Int)]) {
    var size = 16
    while size < tokens.count * 2 { size *= 2 }
    slots = [Int32](repeating: -1, count: size)
    pool.reserveCapacity(tokens.reduce(0) { $0 + $1.bytes.count })
    entries.reserveCapacity(tokens.count)
    for token in tokens {
      let hash = token.bytes.reduce(Self.seed, Self.hash)
      guard find(token.bytes[...], hash: hash) == nil else { continue }
      entries.append((pool.count, pool.count + token.bytes.count, hash, token.id))
      pool += token.bytes
      longest = max(longest, token.bytes.count)
      var slot = slot(of: hash)
      while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
      slots[slot] = Int32(entries.count - 1)
    }
  }

  /// The hash of nothing: FNV-1a's (Fowler, Noll and Vo), changed for each run so that no file can be made
  /// for which it is slow.
  private static let seed = 0xCBF2_9CE4_8422_2325 ^ UInt64.random(in: 0...UInt64.max)

  private static func hash(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
    (hash ^ UInt64(byte)) &* 0x100_0000_01B3
  }

  private func slot(of hash: UInt64) -> Int { Int(truncatingIfNeeded: hash ^ hash >> 32) & (slots.count - 1) }

  private func find(_ bytes: ArraySlice<UInt8>, hash: UInt64) -> Int? {
    var slot = slot(of: hash)
    while slots[slot] >= 0 {
      let entry = entries[Int(slots[slot])]
      if entry.hash == hash, pool[entry.start..<entry.end].elementsEqual(bytes) { return entry.id }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// The token with these bytes.
  func id(of bytes: ArraySlice<UInt8>) -> Int? { find(bytes, hash: bytes.reduce(Self.seed, Self.hash)) }

  func id(of bytes: [UInt8]) -> Int? { id(of: bytes[...]) }

  /// Every token that the bytes begin with, shortest first.
  /// - Parameter ends: Where a token may end; ascending.
  func forEachPrefix(
    of bytes: ArraySlice<UInt8>, ends: ArraySlice<Int>, _ body: (_ endIndex: Int, _ id: Int) -> Void
  ) {
    var hash = Self.seed
    var index = bytes.startIndex
    for (endIndex, end) in zip(ends.indices, ends) {
      guard end - bytes.startIndex <= longest else { return }
      while index < end {
        hash = Self.hash(hash, bytes[index])
        index += 1
      }
      if let id = find(bytes[..<end], hash: hash) { body(endIndex, id) }
    }
  }
}
