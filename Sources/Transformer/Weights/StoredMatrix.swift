import Checkpoint
import Kernels

/// The elements of a weight matrix, `[rows][columns]`, as they are held in memory; whoever makes one frees
/// it.
enum StoredMatrix {
  /// Row-major.
  case float32(UnsafeMutablePointer<Float>)
  /// In the tiles of `laq_pack_weights`.
  case bfloat16(UnsafeMutablePointer<UInt16>)
  /// As it lies in the file, not copied.
  case mapped(MappedWeights)
  /// GGUF's Q8_0 in the tiles of `laq_pack_q8`, for products in bf16.
  case packedEightBit(UnsafeMutablePointer<UInt8>)

  /// Rows of any matrix that is packed for products of many rows; a part that is multiplied by itself begins
  /// at a multiple.
  static let tile = Int(LAQ_TILE)

  /// Rows that lie together here.
  var unit: Int {
    switch self {
    case .float32, .mapped: 1
    case .bfloat16: Self.tile
    case .packedEightBit: Int(LAQ_Q8_OUTPUTS)
    }
  }

  /// Bytes that weights take, about.
  func byteCount(rows: Int, columns: Int) -> Int {
    switch self {
    case .float32: 4 * rows * columns
    case .bfloat16: 2 * rows * columns
    case .mapped(let weights): weights.byteCount
    case .packedEightBit: rows * columns
    }
  }

  /// Holds floats, row-major, rounded and packed if products are in bf16.
  init(_ floats: [Float], columns: Int, precision: Precision) {
    guard precision.usesBFloat16 else {
      self = .float32(Self.copy(of: floats))
      return
    }
    let rows = floats.count / max(1, columns)
    self = .bfloat16(
      Self.packed(rows: rows, columns: columns, count: laq_packed_weights_count) { tile, start in
        floats.withUnsafeBufferPointer { floats in
          guard let base = floats.baseAddress else { return }
          laq_pack_weights(base + tile.lowerBound * columns, Int32(tile.count), Int32(columns), start)
        }
      })
  }

  /// Holds matrices one below the other as they lie in the file, with all their bits; those of eight bits
  /// packed if products are in bf16. `nil` for those of 16 bits then: as floats they become what is
  /// multiplied.
  init?(_ parts: [MappedMatrix], columns: Int, precision: Precision) {
    guard precision.usesBFloat16 else {
      self = .mapped(MappedWeights(parts))
      return
    }
    guard parts.allSatisfy(\.isQuantized) else { return nil }
    guard parts.allSatisfy({ $0.format == LAQ_Q8_0 }) else {
      self = .mapped(MappedWeights(parts))
      return
    }
    let blocks = parts.flatMap(\.bytes)
    let rowSize = max(1, columns / Int(LAQ_Q8_LENGTH) * Int(LAQ_Q8_BYTES))
    self = .packedEightBit(
      Self.packed(rows: blocks.count / rowSize, columns: columns, count: laq_packed_q8_bytes) { tile, start in
        blocks.withUnsafeBufferPointer { blocks in
          guard let base = blocks.baseAddress else { return }
          laq_pack_q8(base + tile.lowerBound * rowSize, Int32(tile.count), Int32(columns), start)
        }
      })
  }

  private static func copy<Element>(of array: [Element]) -> UnsafeMutablePointer<Element> {
    let start = UnsafeMutablePointer<Element>.allocate(capacity: max(1, array.count))
    array.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { start.initialize(from: base, count: source.count) }
    }
    return start
  }

  /// Packs tile by tile, in parallel.
  /// - Parameter count: elements that the first rows take when they are packed.
  private static func packed<Element>(
    rows: Int, columns: Int, count: (_ rows: Int32, _ columns: Int32) -> Int,
    _ pack: (Range<Int>, UnsafeMutablePointer<Element>) -> Void
  ) -> UnsafeMutablePointer<Element> {
    // Aligned to a line of the cache: tiles are read in whole lines.
    let bytes = max(1, count(Int32(rows), Int32(columns))) * MemoryLayout<Element>.stride
    let allocated = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    laq_advise_large_pages(allocated, bytes)
    let start = allocated.assumingMemoryBound(to: Element.self)
    inParallelBlocks(of: tile, count: rows) { rows in
      pack(rows, start + count(Int32(rows.lowerBound), Int32(columns)))
    }
    return start
  }

  func deallocate() {
    switch self {
    case .float32(let start): start.deallocate()
    case .bfloat16(let start): UnsafeMutableRawPointer(start).deallocate()
    case .mapped: break
    case .packedEightBit(let start): UnsafeMutableRawPointer(start).deallocate()
    }
  }

  /// Where a row begins; of packed ones, those that lie together. `nil` for what lies in a file, in an order
  /// of its own.
  func start(ofRow row: Int, columns: Int) -> UnsafeRawPointer? {
    switch self {
    case .float32(let start): UnsafeRawPointer(start + row * columns)
    case .bfloat16(let start): UnsafeRawPointer(start + laq_packed_weights_count(Int32(row), Int32(columns)))
    case .mapped: nil
    case .packedEightBit(let start): UnsafeRawPointer(start + laq_packed_q8_bytes(Int32(row), Int32(columns)))
    }
  }

  /// Copies one row as floats.
  func copyRow(_ row: Int, columns: Int, to target: UnsafeMutablePointer<Float>) {
    switch self {
    case .float32(let start): target.update(from: start + row * columns, count: columns)
    case .bfloat16(let start): laq_copy_packed_weights(start, Int32(row), Int32(columns), target)
    case .mapped(let weights): weights.widen(row..<row + 1, to: target)
    case .packedEightBit(let start): laq_copy_packed_q8(start, Int32(row), Int32(columns), target)
    }
  }

  /// Coded weights in the format of products in bf16; `nil` for what is in it, and for floats. Cost: one
  /// pass, in parallel.
  func expanded(rows: Int, columns: Int, precision: Precision) -> StoredMatrix? {
    switch self {
    case .float32, .bfloat16: return nil
    case .mapped(let weights):
      guard precision.usesBFloat16 else { return nil }
      return .bfloat16(
        Self.packed(rows: rows, columns: columns, count: laq_packed_weights_count) { tile, start in
          weights.withWidened(tile) { floats in
            laq_pack_weights(floats, Int32(tile.count), Int32(columns), start)
          }
        })
    case .packedEightBit(let source):
      return .bfloat16(
        Self.packed(rows: rows, columns: columns, count: laq_packed_weights_count) { tile, start in
          laq_expand_packed_q8(
            source + laq_packed_q8_bytes(Int32(tile.lowerBound), Int32(columns)), Int32(tile.count),
            Int32(columns), start)
        })
    }
  }
}
