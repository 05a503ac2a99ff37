import Kernels

/// The element types that weights are read from.
public enum ElementType: String, Sendable, Hashable {
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"

  /// Bytes of one element.
  public var byteCount: Int { self == .float32 ? 4 : 2 }

  /// The same where matrices are multiplied as they stand in the file.
  var multiplied: laq_format? {
    switch self {
    case .float32: nil
    case .float16: LAQ_F16
    case .bfloat16: LAQ_BF16
    }
  }

  /// Turns elements into floats; cost: one pass.
  /// - Parameters:
  ///   - source: the elements' bytes, aligned or not.
  ///   - target: one float for each.
  func read(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) {
    precondition(source.count == target.count * byteCount)
    guard let bytes = source.baseAddress, let floats = target.baseAddress else { return }
    switch self {
    case .float32: UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
    case .float16:
      for index in 0..<target.count { floats[index] = bytes.half(at: 2 * index) }
    case .bfloat16:
      // The kernel is optimised in debug builds, too, where this loop is most of a small model's opening.
      if UInt(bitPattern: bytes).isMultiple(of: 2) {
        laq_widen_bf16(bytes.assumingMemoryBound(to: UInt16.self), floats, target.count)
        return
      }
      for index in 0..<target.count {
        floats[index] = Float(bitPattern: UInt32(bytes.bits(at: 2 * index) as UInt16) << 16)
      }
    }
  }
}

extension UnsafeRawPointer {
  /// A little-endian number, aligned or not.
  func bits<Number: FixedWidthInteger>(at offset: Int) -> Number {
    Number(littleEndian: loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  /// One byte.
  func byte(at offset: Int) -> UInt8 { load(fromByteOffset: offset, as: UInt8.self) }

  /// A half-precision number.
  ///
  /// By hand, because `Float(Float16)` is a call where the processor need not have the instruction; loops
  /// over this become vector code.
  func half(at offset: Int) -> Float {
    let half = UInt32(bits(at: offset) as UInt16)
    let magnitude = half & 0x7FFF
    // Exponents count from 15 there and from 127 here; infinities and NaNs have the largest of each.
    let rebased = magnitude << 13 + (magnitude >= 0x7C00 ? 224 << 23 : 112 << 23)
    let small = (Float(magnitude) * 0x1p-24).bitPattern
    return Float(bitPattern: (magnitude < 0x400 ? small : rebased) | (half & 0x8000) << 16)
  }
}
