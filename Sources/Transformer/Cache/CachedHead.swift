import Kernels

/// One layer's and head's tokens in a cache, in order of position.
///
/// A class, so that handing it to a thread touches one counter rather than one per array: a step over nine
/// caches does so hundreds of times.
final class CachedHead {
  /// Whether keys and values are bf16 numbers, packed in tiles as the kernels read them.
  let isPacked: Bool
  /// Post-RoPE keys and values, `[token][dimension]`; empty where they are packed.
  private(set) var keys: [Float] = []
  private(set) var values: [Float] = []
  /// The same, packed.
  private(set) var packedKeys: [UInt16] = []
  private(set) var packedValues: [UInt16] = []
  /// Each token's true position, ascending.
  private(set) var positions: [Int] = []
  private let dimension: Int

  init(dimension: Int, isRounded: Bool, capacity: Int) {
    self.dimension = dimension
    isPacked = isRounded && laq_bf16_is_multiplied() != 0
    positions.reserveCapacity(capacity)
    if isPacked {
      let size = laq_packed_bf16_count(Int32(capacity), Int32(dimension))
      packedKeys.reserveCapacity(size)
      packedValues.reserveCapacity(size)
    } else {
      keys.reserveCapacity(capacity * dimension)
      values.reserveCapacity(capacity * dimension)
    }
  }

  init(copying other: CachedHead) {
    (dimension, isPacked, positions) = (other.dimension, other.isPacked, other.positions)
    (keys, values) = (other.keys, other.values)
    (packedKeys, packedValues) = (other.packedKeys, other.packedValues)
  }

  func append(position: Int, key: UnsafePointer<Float>, value: UnsafePointer<Float>) {
    if isPacked {
      pack(key, value)
    } else {
      keys += UnsafeBufferPointer(start: key, count: dimension)
      values += UnsafeBufferPointer(start: value, count: dimension)
    }
    positions.append(position)
  }

  /// Drops all tokens but those at some indices, which ascend.
  func keep(_ indices: [Int]) {
    precondition(!isPacked, "a packed cache is not reduced")
    keys = indices.flatMap { keys[$0 * dimension..<($0 + 1) * dimension] }
    values = indices.flatMap { values[$0 * dimension..<($0 + 1) * dimension] }
    positions = indices.map { positions[$0] }
  }

  private func pack(_ key: UnsafePointer<Float>, _ value: UnsafePointer<Float>) {
    let count = positions.count
    if count % Int(LAQ_TILE) == 0 {
      let tile = repeatElement(UInt16(0), count: laq_packed_bf16_count(Int32(LAQ_TILE), Int32(dimension)))
      packedKeys += tile
      packedValues += tile
    }
    withUnsafeTemporaryAllocation(of: UInt16.self, capacity: 2 * dimension) { rounded in
      guard let start = rounded.baseAddress else { return }
      laq_round_to_bf16(key, start, dimension)
      laq_round_to_bf16(value, start + dimension, dimension)
      laq_pack_keys_bf16(start, Int32(count), 1, Int32(dimension), &packedKeys)
      laq_pack_values_bf16(start + dimension, Int32(count), 1, Int32(dimension), &packedValues)
    }
  }

  /// How many tokens, from the first on, stand at a position or before it.
  func visibleCount(at position: Int) -> Int {
    var count = positions.count
    while count > 0, positions[count - 1] > position { count -= 1 }
    return count
  }

  /// The first token that a query at `position` sees under a rule.
  func firstVisible(at position: Int, _ rule: AttentionRule) -> Int {
    let first = rule.firstVisible(at: position)
    guard first > 0 else { return 0 }
    var (low, high) = (0, positions.count)
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] < first { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
