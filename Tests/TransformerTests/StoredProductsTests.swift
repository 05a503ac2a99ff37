import Kernels
import TestSupport
import Testing
@testable import Checkpoint
@testable import Transformer

/// Products with weights as they lie in a file, in each format: against sums in doubles over the numbers that
/// the reference reader makes of the same bytes.
@Suite struct StoredProductsTests {
  /// What this CPU has, so that lower levels are tested where a higher one runs.
  static let sets = InstructionSet.allCases.filter { $0 <= InstructionSet.used }

  /// Sizes around the kernels' groups: a lone output, odd numbers of them, more than a band.
  static func sizes(_ format: StoredFormat) -> [(outputs: Int, inputs: Int)] {
    let block = format.type.blockLength
    return block == 1
      ? [(1, 1), (3, 7), (5, 33), (19, 100)] : [(1, block), (3, 3 * block), (18, block)]
  }

  /// The most by which a product may differ from the sum of its terms: a sixteenth of them are added in a row,
  /// each rounded to 24 bits, and the sums as a tree.
  static func tolerance(_ terms: [Double]) -> Double {
    terms.reduce(0) { $0 + abs($1) } * Double(terms.count / 16 + 8) * 0x1p-24
  }

  static func check(_ found: [Float], weights: [Float], x: [Float], outputs: Int, inputs: Int) -> Int {
    var wrong = 0
    for row in 0..<x.count / inputs {
      for output in 0..<outputs {
        let terms = (0..<inputs).map { Double(weights[output * inputs + $0]) * Double(x[row * inputs + $0]) }
        let difference = abs(Double(found[row * outputs + output]) - terms.reduce(0, +))
        if !(difference <= tolerance(terms)) { wrong += 1 }
      }
    }
    return wrong
  }

  @Test(arguments: StoredFormat.all, sets)
  func weightsAreThoseOfTheFormat(_ format: StoredFormat, _ set: InstructionSet) {
    for (outputs, inputs) in Self.sizes(format) {
      let matrix = format.matrix(rows: outputs, columns: inputs)
      let expected = format.floats(rows: outputs, columns: inputs)
      #expect(firstDifference(set.using { matrix.widened() }, expected) == nil, "\(outputs) x \(inputs)")
    }
  }

  @Test(arguments: StoredFormat.all, sets)
  func productsAreSumsOverTheWeights(_ format: StoredFormat, _ set: InstructionSet) {
    for (outputs, inputs) in Self.sizes(format) {
      let matrix = format.matrix(rows: outputs, columns: inputs)
      let weights = format.floats(rows: outputs, columns: inputs)
      for rows in [1, 2, 5, 9, 16] {
        let x = KernelChecks.numbers(rows * inputs, rows)
        let found = set.using { matrix.products(x, rows: rows) }
        let wrong = Self.check(found, weights: weights, x: x, outputs: outputs, inputs: inputs)
        #expect(wrong == 0, "\(rows) rows, \(outputs) x \(inputs)")
      }
    }
  }

  @Test(arguments: StoredFormat.all, sets)
  func aRowDoesNotDependOnTheRowsBesideIt(_ format: StoredFormat, _ set: InstructionSet) {
    let (outputs, inputs) = (21, 512)
    let matrix = format.matrix(rows: outputs, columns: inputs)
    let x = KernelChecks.numbers(16 * inputs, 3)
    let all = set.using { matrix.products(x, rows: 16) }
    for rows in 1...15 {
      let some = set.using { matrix.products(x, rows: rows) }
      #expect(firstDifference(some, Array(all[..<(rows * outputs)])) == nil, "\(rows) rows")
    }
  }

  @Test(arguments: StoredFormat.all) func rowsOfAHeadAreOutputsHalfAHeadApart(_ format: StoredFormat) {
    let (outputs, inputs, head) = (24, 256, 8)
    let straight = format.matrix(rows: outputs, columns: inputs)
    let turned = format.matrix(rows: outputs, columns: inputs, headRows: head)
    let x = KernelChecks.numbers(3 * inputs, 5)
    let (products, widened) = (straight.products(x, rows: 3), straight.widened())
    let (turnedProducts, turnedWeights) = (turned.products(x, rows: 3), turned.widened())
    // Written out: neighbours in the file are half a head apart.
    let order = [0, 2, 4, 6, 1, 3, 5, 7]
    for output in 0..<outputs {
      let row = output / head * head + order[output % head]
      for lane in 0..<3 {
        #expect(turnedProducts[lane * outputs + output] == products[lane * outputs + row])
      }
      #expect(
        turnedWeights[output * inputs..<(output + 1) * inputs] == widened[row * inputs..<(row + 1) * inputs])
    }
    #expect(turned.bytes != straight.bytes && turned.bytes.count == straight.bytes.count)
  }

  /// Queries, keys and values need not have one format.
  private static func linear(
    _ formats: [StoredFormat], precision: Precision
  ) throws -> (Linear, weights: [Float]) {
    let (rows, columns) = ([96, 24, 40], 512)
    let parts = zip(formats, rows).map { $0.matrix(rows: $1, columns: columns, headRows: $1 == 24 ? 8 : 0) }
    let linear = try Linear(
      try #require(StoredMatrix(parts, columns: columns, precision: precision)),
      bias: KernelChecks.numbers(160, 8), outputCount: 160, inputCount: columns, precision: precision)
    return (linear, parts.flatMap { $0.widened() })
  }

  private static func apply(
    _ linear: Linear, rows: Int, precision: Precision
  ) throws -> (x: [Float], y: [Float]) {
    let x = Operand(count: rows, width: linear.inputCount, precision: precision)
    // Sixteenths: exact in bf16, too.
    let numbers = KernelChecks.numbers(rows * linear.inputCount, 7).map { ($0 * 16).rounded() / 16 }
    for (index, number) in numbers.enumerated() { x.rows.start[index] = number }
    x.round(0..<rows)
    let y = Rows(count: rows, width: linear.outputCount)
    try linear.apply(x, 0..<rows, into: y.start)
    return (numbers, y.array)
  }

  @Test(arguments: StoredFormat.all, [Precision.float32, .automatic])
  func manyRowsAndFewAreMultipliedByTheSameWeights(_ format: StoredFormat, _ precision: Precision) throws {
    let is16Bits = format.type == .float16 || format.type == .bfloat16
    // In bf16, what is in 16 bits is packed, and so are three matrices in Q8_0: there is nothing to decode.
    if precision.usesBFloat16, is16Bits { return }
    let formats = [format, StoredFormat(type: is16Bits ? .bfloat16 : .q6K), format]
    let (linear, weights) = try Self.linear(formats, precision: precision)
    let bias = KernelChecks.numbers(160, 8)
    for rows in [1, 9, 17, 65, 130] {
      let (x, y) = try Self.apply(linear, rows: rows, precision: precision)
      var worst = 0.0
      for row in [0, rows / 2, rows - 1] {
        // Of each part, and of both halves of a head.
        for output in stride(from: 0, to: 160, by: 7) {
          let terms = (0..<512).map { Double(weights[output * 512 + $0]) * Double(x[row * 512 + $0]) }
          let size = terms.reduce(Double(abs(bias[output]))) { $0 + abs($1) }
          let exact = terms.reduce(0, +) + Double(bias[output])
          worst = max(worst, abs(Double(y[row * 160 + output]) - exact) / size)
        }
      }
      let isRounded = precision.usesBFloat16 && rows > Linear.fewRows
      #expect(worst <= (isRounded ? 4e-3 : 2e-6), "\(rows) rows")
    }
  }

  @Test(arguments: StoredFormat.all)
  func productsDoNotDependOnTheNumberOfThreads(_ format: StoredFormat) throws {
    let (linear, _) = try Self.linear([format, format, format], precision: .float32)
    for rows in [1, 9, 130] {
      let several = try Self.apply(linear, rows: rows, precision: .float32).y
      laq_set_thread_count(1)
      defer { laq_set_thread_count(0) }
      #expect(try Self.apply(linear, rows: rows, precision: .float32).y == several, "\(rows) rows")
    }
  }
}
