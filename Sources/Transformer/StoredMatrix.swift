import Kernels

/// The elements of a weight matrix, `[rows][columns]`, as they are held in memory; whoever makes one frees it.
enum StoredMatrix {
  /// Row-major.
  case float32(UnsafeMutablePointer<Float>)
  /// In the tiles of `laq_pack_weights`.
  case bfloat16(UnsafeMutablePointer<UInt16>)
  /// GGUF's Q8_0, row-major: blocks of 32 signed bytes behind a scale.
  case eightBit(UnsafeMutablePointer<UInt8>)

  /// Rows that lie together; a part of a matrix that is multiplied by itself begins at a multiple of it.
  static let tile = Int(LAQ_TILE)

  /// Holds floats, row-major, rounded and packed if products are in bf16.
  init(_ floats: [Float], columns: Int, precision: Precision) {
    guard precision.usesBFloat16 else {
      self = .float32(Self.copy(of: floats))
      return
    }
    let rows = floats.count / max(1, columns)
    self = .bfloat16(
      Self.packed(rows: rows, columns: columns) { tile, start in
        floats.withUnsafeBufferPointer { floats in
          guard let base = floats.baseAddress else { return }
          laq_pack_weights(base + tile.lowerBound * columns, Int32(tile.count), Int32(columns), start)
        }
      })
  }

  /// Holds blocks of eight bits as they are.
  init(eightBitBlocks blocks: [UInt8]) { self = .eightBit(Self.copy(of: blocks)) }

  private static func copy<Element>(of array: [Element]) -> UnsafeMutablePointer<Element> {
    let start = UnsafeMutablePointer<Element>.allocate(capacity: max(1, array.count))
    array.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { start.initialize(from: base, count: source.count) }
    }
    return start
  }

  /// Packs tile by tile, in parallel.
  private static func packed(
    rows: Int, columns: Int, _ pack: (Range<Int>, UnsafeMutablePointer<UInt16>) -> Void
  ) -> UnsafeMutablePointer<UInt16> {
    // Aligned to a line of the cache: tiles are read in whole lines.
    let bytes = max(1, laq_packed_weights_count(Int32(rows), Int32(columns))) * MemoryLayout<UInt16>.stride
    let start = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64).assumingMemoryBound(to: UInt16.self)
    inParallelBlocks(of: tile, count: rows) { rows in
      pack(rows, start + laq_packed_weights_count(Int32(rows.lowerBound), Int32(columns)))
    }
    return start
  }

  func deallocate() {
    switch self {
    case .float32(let start): start.deallocate()
    case .bfloat16(let start): UnsafeMutableRawPointer(start).deallocate()
    case .eightBit(let start): start.deallocate()
    }
  }

  /// Where a row begins, or a tile of packed ones.
  func start(ofRow row: Int, columns: Int) -> UnsafeRawPointer {
    switch self {
    case .float32(let start): UnsafeRawPointer(start + row * columns)
    case .bfloat16(let start): UnsafeRawPointer(start + laq_packed_weights_count(Int32(row), Int32(columns)))
    case .eightBit(let start): UnsafeRawPointer(start + row * columns / Int(LAQ_Q8_LENGTH) * Int(LAQ_Q8_BYTES))
    }
  }

  /// Whether a product of many rows reads the elements as they are.
  var isPlain: Bool { if case .eightBit = self { false } else { true } }

  /// Copies one row as floats.
  func copyRow(_ row: Int, columns: Int, to target: UnsafeMutablePointer<Float>) {
    switch self {
    case .float32(let start): target.update(from: start + row * columns, count: columns)
    case .bfloat16(let start): laq_copy_packed_weights(start, Int32(row), Int32(columns), target)
    case .eightBit(let start):
      let length = Int(LAQ_Q8_LENGTH)
      laq_widen_q8(start + row * columns / length * Int(LAQ_Q8_BYTES), target, columns / length)
    }
  }

  /// The same matrix in the format of the products; cost: one pass, in parallel.
  func expanded(rows: Int, columns: Int, precision: Precision) -> StoredMatrix {
    guard precision.usesBFloat16 else {
      let start = UnsafeMutablePointer<Float>.allocate(capacity: max(1, rows * columns))
      inParallelBlocks(of: 16, count: rows) { block in
        for row in block { copyRow(row, columns: columns, to: start + row * columns) }
      }
      return .float32(start)
    }
    return .bfloat16(
      Self.packed(rows: rows, columns: columns) { tile, start in
        let floats = Rows(count: tile.count, width: columns)
        for row in tile { copyRow(row, columns: columns, to: floats[row - tile.lowerBound]) }
        laq_pack_weights(floats.start, Int32(tile.count), Int32(columns), start)
      })
  }
}
