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

/// A weight matrix with or without a bias: `y = x · Wᵀ + b`. Many rows go through oneDNN, the few of a decode step
/// through kernels of our own.
///
/// `@unchecked Sendable`: the weights never change; those of eight bits are expanded for products of many rows by
/// `prepare` and dropped by `release`, which must not run beside a product of the same matrix. `Decoder` guarantees it:
/// its lock admits one forward pass at a time.
final class Linear: @unchecked Sendable {
  /// Elements of one output row.
  let outputCount: Int
  /// Elements of one input row.
  let inputCount: Int
  private let weights: StoredMatrix
  private var expanded: StoredMatrix?
  private let precision: Precision
  private let bias: [Float]?

  /// Rows up to which a pass is one of few rows.
  static let fewRows = 16

  /// Takes `weights`, `[outputCount][inputCount]`, which are freed with it, or at once if it cannot be made.
  init(
    _ weights: StoredMatrix, bias: [Float]? = nil, outputCount: Int, inputCount: Int, precision: Precision
  ) throws {
    precondition(bias?.count ?? outputCount == outputCount)
    self.weights = weights
    self.precision = precision
    self.bias = bias
    self.outputCount = outputCount
    self.inputCount = inputCount
    guard laq_product_exists(product(rows: 64, outputs: outputCount)) != 0 else {
      throw TransformerError.noMatrixProduct(
        outputs: outputCount, inputs: inputCount, precision: precision)
    }
  }

  deinit {
    release()
    weights.deallocate()
  }

  /// Copies one row of the weights: a matrix that is the output head may be the embedding, too.
  func copyRow(_ index: Int, to target: UnsafeMutablePointer<Float>) {
    weights.copyRow(index, columns: inputCount, to: target)
  }

  /// Multiplies the first rows of `x`, `[rows][inputCount]`, on all threads; `y` becomes `[rows][outputCount]`.
  func apply(_ x: Operand, rows: Int, into y: UnsafeMutablePointer<Float>) throws {
    if rows <= Self.fewRows {
      applyToFew(x, rows: rows, into: y)
      return
    }
    prepare()
    defer { release() }
    try inParallelBlocks(of: 64, count: rows) { block in
      try multiply(x, block, outputs: 0..<outputCount, into: y + block.lowerBound * outputCount)
    }
  }

  /// Makes weights of eight bits ready for `multiply`.
  func prepare() {
    if weights.isPlain || expanded != nil { return }
    expanded = weights.expanded(rows: outputCount, columns: inputCount, precision: precision)
  }

  /// Frees what `prepare` has made.
  func release() {
    expanded?.deallocate()
    expanded = nil
  }

  /// Multiplies some rows of `x` on this thread alone, by some of the outputs; `y` becomes `[rows][outputs]`.
  ///
  /// A result with room between its rows oneDNN computes a hundred times slower: `y` has none.
  /// - Parameter outputs: they begin at a multiple of `StoredMatrix.tile`.
  /// - Precondition: `prepare()` has been called.
  func multiply(
    _ x: Operand, _ rows: Range<Int>, outputs: Range<Int>, into y: UnsafeMutablePointer<Float>
  ) throws {
    let start = (expanded ?? weights).start(ofRow: outputs.lowerBound, columns: inputCount)
    let status = laq_product_apply(
      product(rows: rows.count, outputs: outputs.count), start, x.start(ofRow: rows.lowerBound), y)
    guard status == 0 else { throw TransformerError.productFailed(status: Int(status), rows: rows.count) }
    addBias(outputs, rows: rows.count, to: y, stride: outputs.count)
  }

  private func product(rows: Int, outputs: Int) -> laq_product {
    laq_product(
      rows: Int32(rows), outputs: Int32(outputs), inputs: Int32(inputCount), bf16: precision.usesBFloat16 ? 1 : 0)
  }

  private func addBias(_ outputs: Range<Int>, rows: Int, to y: UnsafeMutablePointer<Float>, stride: Int) {
    bias?.withUnsafeBufferPointer { bias in
      guard let start = bias.baseAddress else { return }
      for row in 0..<rows {
        laq_add_scaled(y + row * stride, start + outputs.lowerBound, 1, Int32(outputs.count))
      }
    }
  }

  /// Multiplies without oneDNN: the weights pass once.
  private func applyToFew(_ x: Operand, rows: Int, into y: UnsafeMutablePointer<Float>) {
    // Blocks of about 256 KiB of weights, whole tiles: each block begins with a stream that nothing has fetched yet, so
    // that small ones read memory at two thirds of its rate.
    let tile = StoredMatrix.tile
    let size = max(1, 131_072 / inputCount / tile) * tile
    inParallel(count: (outputCount + size - 1) / size, work: rows * outputCount * inputCount) { block in
      let outputs = block * size..<min(outputCount, (block + 1) * size)
      let start = weights.start(ofRow: outputs.lowerBound, columns: inputCount)
      let (count, inputs, lanes) = (Int32(outputs.count), Int32(inputCount), Int32(rows))
      let (target, stride) = (y + outputs.lowerBound, Int32(outputCount))
      switch weights {
      case .float32:
        laq_few_products(start.assumingMemoryBound(to: Float.self), count, inputs, x.rows.start, lanes, target, stride)
      case .bfloat16:
        laq_few_products_packed(
          start.assumingMemoryBound(to: UInt16.self), count, inputs, x.start.assumingMemoryBound(to: UInt16.self), lanes,
          target, stride)
      case .eightBit:
        let blocks = start.assumingMemoryBound(to: UInt8.self)
        if precision.usesBFloat16 {
          laq_few_products_q8_bf16(
            blocks, count, inputs, x.start.assumingMemoryBound(to: UInt16.self), lanes, target, stride)
        } else {
          laq_few_products_q8(blocks, count, inputs, x.rows.start, lanes, target, stride)
        }
      }
      addBias(outputs, rows: rows, to: target, stride: outputCount)
    }
  }
}
