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

/// A weight matrix, row-major, with or without a bias: `y = x · Wᵀ + b`. Many rows go through oneDNN, the few of a
/// decode step through a kernel of our own.
///
/// `@unchecked Sendable`: the weights never change; the C object prepares primitives when it multiplies, and weights of
/// eight bits are expanded for products of many rows, so `apply` and `release` must not run twice at once on one
/// matrix. `Decoder` guarantees it: its lock admits one forward pass at a time.
final class Linear: @unchecked Sendable {
  /// Elements of one output row.
  let outputCount: Int
  /// Elements of one input row.
  let inputCount: Int
  private let weights: StoredMatrix
  private var expanded: StoredMatrix?
  private let precision: Precision
  private let product: OpaquePointer
  private let bias: [Float]?

  /// Rows up to which the kernel for few rows is the faster one.
  private var fewRows: Int { weights.isPlain ? 16 : 64 }

  /// Takes `weights`, `[outputCount][inputCount]` row-major, which are freed with it, or at once if it cannot be made.
  init(
    _ weights: StoredMatrix, bias: [Float]? = nil, outputCount: Int, inputCount: Int, precision: Precision
  ) throws {
    precondition(bias?.count ?? outputCount == outputCount)
    guard let product = laq_linear_create(Int32(outputCount), Int32(inputCount), precision.usesBFloat16 ? 1 : 0)
    else {
      weights.deallocate()
      throw TransformerError.noMatrixProduct(
        outputs: outputCount, inputs: inputCount, precision: precision)
    }
    self.weights = weights
    self.precision = precision
    self.product = product
    self.bias = bias
    self.outputCount = outputCount
    self.inputCount = inputCount
  }

  deinit {
    laq_linear_destroy(product)
    release()
    weights.deallocate()
  }

  /// Copies one row of the weights: a matrix that is the output head may be the embedding, too.
  func copyRow(_ index: Int, to target: UnsafeMutablePointer<Float>) {
    weights.copy(index * inputCount, count: inputCount, to: target)
  }

  /// Multiplies the first rows of `x`, `[rows][inputCount]`; `y` becomes `[rows][outputCount]`.
  ///
  /// Weights of eight bits are expanded by the first product of many rows, until `release()`.
  func apply(_ x: Operand, rows: Int, into y: UnsafeMutablePointer<Float>) throws {
    if rows > fewRows || !applyToFew(x, rows: rows, into: y) {
      let status = laq_linear_apply(product, plainWeights().start, x.start, Int32(rows), y)
      guard status == 0 else { throw TransformerError.productFailed(status: Int(status), rows: rows) }
    }
    guard let bias else { return }
    inParallelBlocks(of: 32, count: rows) { block in
      for row in block { laq_add_scaled(y + row * outputCount, bias, 1, Int32(outputCount)) }
    }
  }

  /// Frees what a product of many rows has expanded.
  func release() {
    expanded?.deallocate()
    expanded = nil
  }

  private func plainWeights() -> StoredMatrix {
    if weights.isPlain { return weights }
    let plain = expanded ?? weights.expanded(rows: outputCount, columns: inputCount, precision: precision)
    expanded = plain
    return plain
  }

  /// Multiplies without oneDNN, where there is a kernel for it.
  private func applyToFew(_ x: Operand, rows: Int, into y: UnsafeMutablePointer<Float>) -> Bool {
    let isRounded = precision.usesBFloat16 && laq_bf16_is_multiplied() != 0
    if case .bfloat16 = weights, !isRounded { return false }
    // Blocks of about 256 KiB of weights, whole groups of four outputs: each block begins with a stream that nothing has
    // fetched yet, so that small ones read memory at two thirds of its rate.
    let size = max(4, 131_072 / inputCount / 4 * 4)
    let (inputs, lanes, stride) = (Int32(inputCount), Int32(rows), Int32(outputCount))
    inTeam(count: (outputCount + size - 1) / size, work: rows * outputCount * inputCount) { block in
      let first = block * size
      let count = Int32(min(size, outputCount - first))
      switch weights {
      case .float32(let start):
        laq_few_products(
          start + first * inputCount, count, inputs, x.rows.start, lanes, y + first, stride)
      case .bfloat16(let start):
        laq_few_products_bf16(
          start + first * inputCount, count, inputs, x.start.assumingMemoryBound(to: UInt16.self), lanes, y + first,
          stride)
      case .eightBit(let start):
        let blocks = start + first * inputCount / Int(LAQ_Q8_LENGTH) * Int(LAQ_Q8_BYTES)
        if isRounded {
          laq_few_products_q8_bf16(
            blocks, count, inputs, x.start.assumingMemoryBound(to: UInt16.self), lanes, y + first, stride)
        } else {
          laq_few_products_q8(blocks, count, inputs, x.rows.start, lanes, y + first, stride)
        }
      }
    }
    return true
  }
}
