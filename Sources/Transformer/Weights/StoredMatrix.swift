import Kernels

/// The elements of a weight matrix, `[rows][columns]`, as they are held in memory; whoever makes one frees
/// it.
enum StoredMatrix {
  /// Row-major.
  case float32(UnsafeMutablePointer<Float>)
  /// In the tiles of `laq_pack_weights`.
  case bfloat16(UnsafeMutablePointer<UInt16>)
  /// GGUF's Q8_0, row-major: blocks of 32 signed bytes behind a scale.
  case eightBit(UnsafeMutablePointer<UInt8>)
  /// The same in the tiles of `laq_pack_q8`, for products in bf16.
  case packedEightBit(UnsafeMutablePointer<UInt8>)

  /// Rows of any matrix that is packed for products of many rows; a part that is multiplied by itself begins
  /// at a multiple.
  static let tile = Int(LAQ_TILE)

  /// Rows that lie together here.
  var unit: Int {
    switch self {
    case .float32, .eightBit: 1
    case .bfloat16: Self.tile
    case .packedEightBit: Int(LAQ_Q8_OUTPUTS)
    }
  }

  /// Bytes that a weight takes, about.
  var bytesPerWeight: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    case .eightBit, .packedEightBit: 1
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

  /// Holds blocks of eight bits, row-major, with all their bits; packed if products are in bf16.
  init(eightBitBlocks blocks: [UInt8], columns: Int, precision: Precision) {
    guard precision.usesBFloat16 else {
      self = .eightBit(Self.copy(of: blocks))
      return
    }
    let rowSize = max(1, Self.rowSize(columns: columns))
    self = .packedEightBit(
      Self.packed(rows: blocks.count / rowSize, columns: columns, count: laq_packed_q8_bytes) { tile, start in
        blocks.withUnsafeBufferPointer { blocks in
          guard let base = blocks.baseAddress else { return }
          laq_pack_q8(base + tile.lowerBound * rowSize, Int32(tile.count), Int32(columns), start)
        }
      })
  }

  /// Bytes of a row of blocks of eight bits.
  private static func rowSize(columns: Int) -> Int { columns / Int(LAQ_Q8_LENGTH) * Int(LAQ_Q8_BYTES) }

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
    case .eightBit(let start): start.deallocate()
    case .packedEightBit(let start): UnsafeMutableRawPointer(start).deallocate()
    }
  }

  /// Where a row begins; of packed ones, those that lie together.
  func start(ofRow row: Int, columns: Int) -> UnsafeRawPointer {
    switch self {
    case .float32(let start): UnsafeRawPointer(start + row * columns)
    case .bfloat16(let start): UnsafeRawPointer(start + laq_packed_weights_count(Int32(row), Int32(columns)))
    case .eightBit(let start): UnsafeRawPointer(start + row * Self.rowSize(columns: columns))
    case .packedEightBit(let start): UnsafeRawPointer(start + laq_packed_q8_bytes(Int32(row), Int32(columns)))
    }
  }

  /// Copies one row as floats.
  func copyRow(_ row: Int, columns: Int, to target: UnsafeMutablePointer<Float>) {
    switch self {
    case .float32(let start): target.update(from: start + row * columns, count: columns)
    case .bfloat16(let start): laq_copy_packed_weights(start, Int32(row), Int32(columns), target)
    case .eightBit(let start):
      laq_widen_q8(start + row * Self.rowSize(columns: columns), target, columns / Int(LAQ_Q8_LENGTH))
    case .packedEightBit(let start): laq_copy_packed_q8(start, Int32(row), Int32(columns), target)
    }
  }

  /// Blocks of eight bits in the format of the products; `nil` for what is in it. Cost: one pass, in
  /// parallel.
  func expanded(rows: Int, columns: Int) -> StoredMatrix? {
    switch self {
    case .float32, .bfloat16: return nil
    case .eightBit:
      let start = UnsafeMutablePointer<Float>.allocate(capacity: max(1, rows * columns))
      inParallelBlocks(of: 16, count: rows) { block in
        for row in block { copyRow(row, columns: columns, to: start + row * columns) }
      }
      return .float32(start)
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
