import Kernels

/// The elements of a weight matrix as they are held in memory, row-major; whoever makes one frees it.
enum StoredMatrix {
  case float32(UnsafeMutablePointer<Float>)
  case bfloat16(UnsafeMutablePointer<UInt16>)
  /// GGUF's Q8_0: blocks of 32 signed bytes behind a scale.
  case eightBit(UnsafeMutablePointer<UInt8>)

  /// Holds floats, rounded if products are in bf16.
  init(_ floats: [Float], precision: Precision) {
    if precision.usesBFloat16 {
      let start = UnsafeMutablePointer<UInt16>.allocate(capacity: max(1, floats.count))
      laq_round_to_bf16(floats, start, floats.count)
      self = .bfloat16(start)
    } else {
      self = .float32(Self.copy(of: floats))
    }
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

  func deallocate() { start.deallocate() }

  var start: UnsafeRawPointer {
    switch self {
    case .float32(let start): UnsafeRawPointer(start)
    case .bfloat16(let start): UnsafeRawPointer(start)
    case .eightBit(let start): UnsafeRawPointer(start)
    }
  }

  /// Whether a product of many rows reads the elements as they are.
  var isPlain: Bool { if case .eightBit = self { false } else { true } }

  /// Copies elements of one row as floats; `first` and `count` are whole blocks.
  func copy(_ first: Int, count: Int, to target: UnsafeMutablePointer<Float>) {
    switch self {
    case .float32(let start): target.update(from: start + first, count: count)
    case .bfloat16(let start): laq_widen_bf16(start + first, target, count)
    case .eightBit(let start):
      let length = Int(LAQ_Q8_LENGTH)
      laq_widen_q8(start + first / length * Int(LAQ_Q8_BYTES), target, count / length)
    }
  }

  /// The same matrix in the format of the products; cost: one pass, in parallel.
  func expanded(rows: Int, columns: Int, precision: Precision) -> StoredMatrix {
    guard precision.usesBFloat16 else {
      let start = UnsafeMutablePointer<Float>.allocate(capacity: max(1, rows * columns))
      inParallelBlocks(of: 16, count: rows) { block in
        copy(block.lowerBound * columns, count: block.count * columns, to: start + block.lowerBound * columns)
      }
      return .float32(start)
    }
    let start = UnsafeMutablePointer<UInt16>.allocate(capacity: max(1, rows * columns))
    inParallelBlocks(of: 16, count: rows) { block in
      let row = Rows(count: 1, width: columns)
      for index in block {
        copy(index * columns, count: columns, to: row.start)
        laq_round_to_bf16(row.start, start + index * columns, columns)
      }
    }
    return .bfloat16(start)
  }
}
