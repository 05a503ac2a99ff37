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
    case .automatic: laq_bf16_is_multiplied() != 0
    case .float32: false
    case .bfloat16: true
    }
  }
}

/// A weight matrix with or without a bias: `y = x · Wᵀ + b`. Many rows of floats go through oneDNN; those of
/// a decode step, and all in bf16, through kernels of our own, which beat it by 3 to 10 % there.
///
/// Weights that lie in a file in fewer bits are multiplied as they lie there where rows are few; see
/// `stored_products.c` for the arithmetic. For many rows they become floats a tile of outputs at a time.
///
/// `@unchecked Sendable`: the weights never change; where products are in bf16, coded ones are expanded for
/// many rows by `prepare` and dropped by `release`, which must not run beside a product of the same matrix.
/// `Decoder` guarantees it: its lock admits one forward pass at a time.
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
    let product = laq_product(rows: 64, outputs: Int32(outputCount), inputs: Int32(inputCount))
    guard precision.usesBFloat16 ? laq_bf16_is_multiplied() != 0 : laq_product_exists(product) != 0 else {
      throw TransformerError.noMatrixProduct(
        outputs: outputCount, inputs: inputCount, precision: precision)
    }
  }

  /// Whether the weights are decoded while they are multiplied.
  var hasCodedWeights: Bool {
    switch weights {
    case .float32, .bfloat16: false
    case .mapped, .packedEightBit: true
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

  /// Multiplies some rows of `x`, `[rows][inputCount]`, on all threads; `y` becomes `[rows][outputCount]`.
  func apply(_ x: Operand, _ rows: Range<Int>, into y: UnsafeMutablePointer<Float>) throws {
    if rows.count <= Self.fewRows {
      applyToFew(x, rows, into: y)
      return
    }
    prepare()
    defer { release() }
    try inParallelBlocks(of: 64, count: rows.count) { block in
      let part = rows.lowerBound + block.lowerBound..<rows.lowerBound + block.upperBound
      try multiply(x, part, outputs: 0..<outputCount, into: y + block.lowerBound * outputCount)
    }
  }

  /// Makes coded weights ready for `multiply`.
  func prepare() {
    if expanded == nil {
      expanded = weights.expanded(rows: outputCount, columns: inputCount, precision: precision)
    }
  }

  /// Frees what `prepare` has made.
  func release() {
    expanded?.deallocate()
    expanded = nil
  }

  /// Multiplies some rows of `x` on this thread alone, by some of the outputs; `y` becomes `[rows][outputs]`.
  ///
  /// In bf16 a row's products do not depend on the rows beside it, nor on whether it comes here or to
  /// `apply`; but coded weights are rounded here, and not in an `apply` of few rows.
  /// - Parameter outputs: they begin at a multiple of `StoredMatrix.tile`.
  /// - Precondition: `prepare()` has been called.
  func multiply(
    _ x: Operand, _ rows: Range<Int>, outputs: Range<Int>, into y: UnsafeMutablePointer<Float>
  ) throws {
    let first = x.start(ofRow: rows.lowerBound)
    let (count, inputs) = (Int32(outputs.count), Int32(inputCount))
    if case .mapped(let mapped) = expanded ?? weights {
      try multiply(mapped, first, rows: rows.count, outputs: outputs, into: y)
      addBias(outputs, rows: rows.count, to: y, stride: outputs.count)
      return
    }
    guard let start = (expanded ?? weights).start(ofRow: outputs.lowerBound, columns: inputCount) else {
      preconditionFailure("weights of no place")
    }
    if precision.usesBFloat16 {
      laq_products_packed(
        start.assumingMemoryBound(to: UInt16.self), count, inputs, first.assumingMemoryBound(to: UInt16.self),
        Int32(rows.count), y, count)
    } else {
      try multiply(start, first, rows: rows.count, outputs: outputs.count, into: y)
    }
    addBias(outputs, rows: rows.count, to: y, stride: outputs.count)
  }

  /// A product of floats. A result with room between its rows oneDNN computes a hundred times slower: `y` has
  /// none. Rows go to it in blocks of the same size however many there are, as its sums may depend on that.
  private func multiply(
    _ weights: UnsafeRawPointer, _ x: UnsafeRawPointer, rows: Int, outputs: Int,
    into y: UnsafeMutablePointer<Float>
  ) throws {
    let (inputs, size) = (inputCount, Decoder.blockSize)
    for first in stride(from: 0, to: rows, by: size) {
      let count = min(size, rows - first)
      let status = laq_product_apply(
        laq_product(rows: Int32(count), outputs: Int32(outputs), inputs: Int32(inputs)), weights,
        x + first * inputs * MemoryLayout<Float>.stride, y + first * outputs)
      guard status == 0 else { throw TransformerError.productFailed(status: Int(status), rows: count) }
    }
  }

  /// A tile of outputs after the other: its floats, and their products, stay in the second-level cache.
  private func multiply(
    _ weights: MappedWeights, _ x: UnsafeRawPointer, rows: Int, outputs: Range<Int>,
    into y: UnsafeMutablePointer<Float>
  ) throws {
    let width = min(outputs.count, weights.tile)
    let products = UnsafeMutablePointer<Float>.allocate(capacity: max(1, rows * width))
    let floats = UnsafeMutablePointer<Float>.allocate(capacity: max(1, width * inputCount))
    defer {
      products.deallocate()
      floats.deallocate()
    }
    for first in stride(from: outputs.lowerBound, to: outputs.upperBound, by: max(1, width)) {
      let tile = first..<min(first + width, outputs.upperBound)
      weights.widen(tile, to: floats)
      try multiply(floats, x, rows: rows, outputs: tile.count, into: products)
      for row in 0..<rows {
        (y + row * outputs.count + first - outputs.lowerBound).update(
          from: products + row * tile.count, count: tile.count)
      }
    }
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
  private func applyToFew(_ x: Operand, _ rows: Range<Int>, into y: UnsafeMutablePointer<Float>) {
    // Blocks of up to 256 KiB of weights: each begins with a stream that nothing has fetched yet, so that
    // small ones read memory at two thirds of its rate. As many for each thread, so that none waits for the
    // last one.
    let unit = weights.unit
    let units = (outputCount + unit - 1) / unit
    let threads = Int(laq_thread_count())
    let bytes = weights.byteCount(rows: outputCount, columns: inputCount)
    let shares = bytes / (threads * 262_144) + 1
    let blocks = min(units, shares * threads)
    let (floats, rounded) = (x.rows[rows.lowerBound], x.start(ofRow: rows.lowerBound))
    inParallel(count: blocks, work: rows.count * outputCount * inputCount) { block in
      let outputs = block * units / blocks * unit..<min(outputCount, (block + 1) * units / blocks * unit)
      if case .mapped(let mapped) = weights {
        mapped.multiply(outputs, by: floats, rows: rows.count, into: y, stride: outputCount)
        return
      }
      guard let start = weights.start(ofRow: outputs.lowerBound, columns: inputCount) else { return }
      let (count, inputs, lanes) = (Int32(outputs.count), Int32(inputCount), Int32(rows.count))
      let (target, stride) = (y + outputs.lowerBound, Int32(outputCount))
      switch weights {
      case .float32:
        laq_few_products(
          start.assumingMemoryBound(to: Float.self), count, inputs, floats, lanes, target, stride)
      case .bfloat16:
        laq_products_packed(
          start.assumingMemoryBound(to: UInt16.self), count, inputs,
          rounded.assumingMemoryBound(to: UInt16.self), lanes,
          target, stride)
      case .mapped: break
      case .packedEightBit:
        laq_few_products_packed_q8(
          start.assumingMemoryBound(to: UInt8.self), count, inputs,
          rounded.assumingMemoryBound(to: UInt16.self), lanes,
          target, stride)
      }
      addBias(outputs, rows: rows.count, to: target, stride: outputCount)
    }
    // What lies in a file may have its outputs in another order than its rows.
    if case .mapped = weights { addBias(0..<outputCount, rows: rows.count, to: y, stride: outputCount) }
  }
}
