import Kernels
@testable import Checkpoint
@testable import Transformer

/// Matrices in each format that is multiplied as it lies in a file, of bytes that do not repeat soon.
struct StoredFormat: Sendable, CustomStringConvertible {
  let type: GGMLType
  var description: String { GGMLType.name(type.rawValue) }

  /// Every format.
  static let all = (0..<40).compactMap { GGMLType(rawValue: $0) }.filter { $0.multiplied != nil }
    .map(StoredFormat.init)

  /// Where a block has numbers in half precision.
  private var halves: [Int] {
    switch type {
    case .q4_0, .q5_0, .q8_0, .iq4NL, .iq4XS: [0]
    case .q4_1, .q5_1, .q4K, .q5K: [0, 2]
    case .q2K: [80, 82]
    case .q3K: [108]
    case .q6K: [208]
    case .float32, .float16, .bfloat16, .mxfp4: []
    }
  }

  /// The bytes of `[rows][columns]`, scales among them of many sizes, negative and subnormal ones too.
  func bytes(rows: Int, columns: Int) -> [UInt8] {
    let blocks = rows * columns / type.blockLength
    return (0..<blocks).flatMap { block -> [UInt8] in
      if type == .bfloat16 || type == .float16 {
        let number = KernelChecks.numbers(1, block)[0]
        let bits = type == .float16 ? Float16(number).bitPattern : UInt16(number.bitPattern >> 16)
        return [UInt8(bits & 0xFF), UInt8(bits >> 8)]
      }
      var bytes = (0..<type.blockSize).map { place in
        UInt8(truncatingIfNeeded: (block * 131 + place * 73) * 2_654_435 >> 7)
      }
      for (index, place) in halves.enumerated() {
        let scale = Float16([0.01, -0.003, 2e-6, 0.25, 0, 1.5][(block + 3 * index) % 6])
        (bytes[place], bytes[place + 1]) = (UInt8(scale.bitPattern & 0xFF), UInt8(scale.bitPattern >> 8))
      }
      // Exponents, the lowest among them.
      if type == .mxfp4 { bytes[0] = [120, 0, 118, 1, 127, 123][block % 6] }
      return bytes
    }
  }

  /// A matrix in memory.
  func matrix(rows: Int, columns: Int, headRows: Int = 0) -> MappedMatrix {
    MappedMatrix(
      type.multiplied ?? LAQ_F16, rows: rows, columns: columns, bytes: bytes(rows: rows, columns: columns),
      headRows: headRows)
  }

  /// The numbers that the reference reader, which is bit-equal to the `gguf` package, makes of them.
  func floats(rows: Int, columns: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: rows * columns) { target, count in
      bytes(rows: rows, columns: columns).withUnsafeBytes {
        type.read($0, into: UnsafeMutableBufferPointer(rebasing: target[..<(rows * columns)]))
      }
      count = rows * columns
    }
  }
}

extension MappedMatrix {
  /// All weights by the kernel, in Hugging Face's order.
  func widened() -> [Float] {
    var floats = [Float](repeating: 9, count: rows * columns)
    withStored { laq_widen_stored($0, 0, Int32(rows), &floats) }
    return floats
  }

  /// Products of some rows by the kernel, on this thread.
  func products(_ x: [Float], rows lanes: Int) -> [Float] {
    var y = [Float](repeating: 9, count: lanes * rows)
    withStored { laq_few_products_stored($0, 0, Int32(rows), x, Int32(lanes), &y, Int32(rows)) }
    return y
  }
}
