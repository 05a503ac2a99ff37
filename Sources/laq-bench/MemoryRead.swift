import Transformer

/// The rate at which this machine's memory is read by all of the program's threads: the bound of decoding,
/// whose every token reads all weights.
enum MemoryRead {
  private static let byteCount = 1 << 29
  private static let blockSize = 1 << 20

  /// The highest rate of some runs over half a gibibyte, which no cache holds.
  static func gigabytesPerSecond(repeats: Int) -> Double {
    let numbers = [SIMD8<UInt64>](repeating: SIMD8(repeating: 3), count: byteCount / 64)
    let perBlock = blockSize / 64
    var sums = [UInt64](repeating: 0, count: byteCount / blockSize)
    var fastest = Double.infinity
    for _ in 0...max(1, repeats) {
      let start = ContinuousClock.now
      numbers.withUnsafeBufferPointer { numbers in
        sums.withUnsafeMutableBufferPointer { sums in
          inParallel(count: sums.count) { block in
            sums[block] = sum(numbers[block * perBlock..<(block + 1) * perBlock])
          }
        }
      }
      fastest = min(fastest, (ContinuousClock.now - start) / .seconds(1))
    }
    precondition(sums.allSatisfy { $0 == UInt64(3 * blockSize / 8) }, "the memory was read wrongly")
    return Double(byteCount) / fastest * 1e-9
  }

  private static func sum(_ numbers: Slice<UnsafeBufferPointer<SIMD8<UInt64>>>) -> UInt64 {
    var parts = (SIMD8<UInt64>.zero, SIMD8<UInt64>.zero, SIMD8<UInt64>.zero, SIMD8<UInt64>.zero)
    let base = numbers.base
    for index in stride(from: numbers.startIndex, to: numbers.endIndex, by: 4) {
      parts.0 &+= base[index]
      parts.1 &+= base[index + 1]
      parts.2 &+= base[index + 2]
      parts.3 &+= base[index + 3]
    }
    return (parts.0 &+ parts.1 &+ parts.2 &+ parts.3).wrappedSum()
  }
}
