import COneDNN
import Kernels

/// The number format of weights and activations in matrix products; sums are always f32.
public enum Precision: String, Sendable, Hashable, CaseIterable {
  /// bfloat16 where the CPU multiplies it directly, f32 elsewhere.
  case automatic
  /// 32-bit floats everywhere: the setting for comparisons with a reference.
  case float32
  /// bfloat16 products; an error where the CPU has none.
  case bfloat16

  /// Whether products round their operands to bfloat16 on this machine.
  public var usesBFloat16: Bool {
    switch self {
    case .automatic: laq_bf16_is_fast() != 0
    case .float32: false
    case .bfloat16: true
    }
  }
}

/// A weight matrix packed for oneDNN, with or without a bias: `y = x · Wᵀ + b`.
///
/// `@unchecked Sendable`: the C object caches primitives when it multiplies, so `apply` must not run
/// twice at once on one matrix. `Decoder` guarantees it: its lock admits one forward pass at a time.
final class Linear: @unchecked Sendable {
  /// Elements of one output row.
  let outputCount: Int
  /// Elements of one input row.
  let inputCount: Int
  private let packed: OpaquePointer
  private let bias: [Float]?

  /// Packs `weights`, `[outputCount][inputCount]` row-major; cost: one pass over the matrix.
  init(
    _ weights: [Float], bias: [Float]? = nil, outputCount: Int, inputCount: Int, precision: Precision
  ) throws {
    precondition(weights.count == outputCount * inputCount && bias?.count ?? outputCount == outputCount)
    let packed = laq_linear_create(
      weights, Int32(outputCount), Int32(inputCount), precision.usesBFloat16 ? 1 : 0)
    guard let packed else {
      throw TransformerError.noMatrixProduct(
        outputs: outputCount, inputs: inputCount, precision: precision)
    }
    self.packed = packed
    self.bias = bias
    self.outputCount = outputCount
    self.inputCount = inputCount
  }

  deinit { laq_linear_destroy(packed) }

  /// Multiplies the first rows of `x`, `[rows][inputCount]`; `y` becomes `[rows][outputCount]`.
  func apply(_ x: Operand, rows: Int, into y: UnsafeMutablePointer<Float>) throws {
    let status = laq_linear_apply(packed, x.start, Int32(rows), y)
    guard status == 0 else { throw TransformerError.productFailed(status: Int(status), rows: rows) }
    guard let bias else { return }
    inParallelBlocks(of: 32, count: rows) { block in
      for row in block { laq_add_scaled(y + row * outputCount, bias, 1, Int32(outputCount)) }
    }
  }
}
