import Checkpoint
import Foundation
import Kernels
import TestSupport
import Testing
@testable import Transformer

/// Products with weights in blocks of eight bits, against sums in doubles.
@Suite struct EightBitTests {
  static let outputs = 43
  static let inputs = 96

  /// Blocks with scales of many sizes, negative and subnormal ones too, and every byte.
  static let blocks: [UInt8] = (0..<outputs * inputs / 32).flatMap { block -> [UInt8] in
    let scale = Float16([0.01, -0.003, 2e-6, 0.25, 0, 1.5][block % 6])
    let bits = scale.bitPattern
    return [UInt8(bits & 0xFF), UInt8(bits >> 8)]
      + (0..<32).map { UInt8(truncatingIfNeeded: block * 41 + $0 * 73) }
  }

  static func weight(_ output: Int, _ input: Int) -> Double {
    let start = (output * inputs + input) / 32 * 34
    let scale = Float16(bitPattern: UInt16(blocks[start]) | UInt16(blocks[start + 1]) << 8)
    return Double(scale) * Double(Int8(bitPattern: blocks[start + 2 + input % 32]))
  }

  /// Sixteenths: exact in bf16, too.
  static func element(_ row: Int, _ input: Int) -> Float { Float((row * 31 + input * 17) % 64 - 32) / 16 }

  /// The products of some rows by `Linear`.
  static func products(rows: Int, precision: Precision) throws -> [Float] {
    let linear = try Linear(
      try #require(
        StoredMatrix(
          [MappedMatrix(LAQ_Q8_0, rows: outputs, columns: inputs, bytes: blocks)], columns: inputs,
          precision: precision)), outputCount: outputs, inputCount: inputs, precision: precision)
    let x = Operand(count: rows, width: inputs, precision: precision)
    for row in 0..<rows { for input in 0..<inputs { x.rows[row][input] = element(row, input) } }
    x.round(0..<rows)
    let y = Rows(count: rows, width: outputs)
    try linear.apply(x, 0..<rows, into: y.start)
    return y.array
  }

  @Test(arguments: [1, 2, 3, 9, 10, 11, 25, 65, 130], [Precision.float32, .automatic])
  func productsAreThoseOfTheExactWeights(_ rows: Int, _ precision: Precision) throws {
    let found = try Self.products(rows: rows, precision: precision)
    // Products of many rows round the weights to bf16, those of few rows do not.
    let isRounded = precision.usesBFloat16 && rows > Linear.fewRows
    for row in 0..<rows {
      for output in 0..<Self.outputs {
        let terms = (0..<Self.inputs).map { Self.weight(output, $0) * Double(Self.element(row, $0)) }
        let size = terms.reduce(0) { $0 + abs($1) }
        let difference = abs(Double(found[row * Self.outputs + output]) - terms.reduce(0, +))
        #expect(difference <= size * (isRounded ? 4e-3 : 2e-6), "row \(row), output \(output)")
      }
    }
  }

  @Test(arguments: [Precision.float32, .automatic])
  func aRowDoesNotDependOnTheRowsBesideIt(_ precision: Precision) throws {
    let alone = try Self.products(rows: 1, precision: precision)
    for rows in [2, 7, 10, Linear.fewRows] {
      #expect(
        Array(try Self.products(rows: rows, precision: precision).prefix(Self.outputs)) == alone, "\(rows)")
    }
  }

  @Test func aModelInEightBitsGivesTheLogitsOfItsExactWeights() throws {
    let configuration = try ModelConfiguration(path: Places.embeddedModel + "/config.json")
    let source = QuantizedSource(weights: try Safetensors(path: Places.embeddedModel + "/model.safetensors"))
    let held = try Decoder(configuration, weights: source, precision: .float32)
    let widened = try Decoder(configuration, weights: Widened(source: source), precision: .float32)
    for count in [5, 80] {
      let tokens = (0..<count).map { 2 + $0 * 37 % 2000 }
      let (a, b) = (try held.prefill(tokens), try widened.prefill(tokens))
      #expect(zip(a.lastLogits, b.lastLogits).allSatisfy { abs($0 - $1) < 1e-4 }, "\(count) tokens")
      let steps = try [(held, a), (widened, b)].map { decoder, recording in
        let cache = KVCache(recording, keeping: .all(shape: decoder.shape, tokenCount: count))
        return try decoder.step([LaneInput(cache: cache, token: 9, position: count)])[0].logits
      }
      #expect(zip(steps[0], steps[1]).allSatisfy { abs($0 - $1) < 1e-4 }, "\(count) tokens")
    }
  }

  @Test func anAnswerInEightBitsDoesNotDependOnTheLanesBesideIt() throws {
    let decoder = try Decoder(
      try ModelConfiguration(path: Places.embeddedModel + "/config.json"),
      weights: QuantizedSource(weights: try Safetensors(path: Places.embeddedModel + "/model.safetensors")))
    let recording = try decoder.prefill((0..<20).map { 2 + $0 * 37 })
    func lanes(_ count: Int) -> [LaneInput] {
      (0..<count).map { lane in
        let cache = KVCache(recording, keeping: .all(shape: decoder.shape, tokenCount: 20))
        return LaneInput(cache: cache, token: 9 + lane, position: 20)
      }
    }
    let alone = try decoder.step(lanes(1))[0]
    let beside = try decoder.step(lanes(Linear.fewRows + 4))
    #expect(
      beside.count == Linear.fewRows + 4 && beside[0].logits == alone.logits
        && beside[0].queries == alone.queries)
    #expect(beside[Linear.fewRows].logits != alone.logits, "another token")
  }
}

/// A model's matrices in eight bits.
private struct QuantizedSource: TensorSource {
  let weights: Safetensors
  var path: String { weights.path }
  func has(_ name: String) -> Bool { weights.has(name) }

  func floats(_ name: String, shape: [Int]) throws -> [Float] { try weights.floats(name, shape: shape) }

  func matrix(_ name: String, shape: [Int]) throws -> MappedMatrix? {
    let floats = try floats(name, shape: shape)
    let bytes = stride(from: 0, to: floats.count, by: 32).flatMap { first -> [UInt8] in
      let scale = Float16((floats[first..<first + 32].map(abs).max() ?? 0) / 127)
      let bytes = floats[first..<first + 32].map { value in
        scale == 0 ? 0 : UInt8(bitPattern: Int8(max(-127, min(127, (value / Float(scale)).rounded()))))
      }
      return [UInt8(scale.bitPattern & 0xFF), UInt8(scale.bitPattern >> 8)] + bytes
    }
    return MappedMatrix(LAQ_Q8_0, rows: shape[0], columns: shape[1], bytes: bytes)
  }
}

/// The same numbers as floats.
private struct Widened: TensorSource {
  let source: QuantizedSource
  var path: String { source.path }
  func has(_ name: String) -> Bool { source.has(name) }

  func floats(_ name: String, shape: [Int]) throws -> [Float] {
    guard shape.count == 2, let blocks = try source.matrix(name, shape: shape)?.bytes else {
      return try source.floats(name, shape: shape)
    }
    return (0..<blocks.count / 34).flatMap { block -> [Float] in
      let bytes = blocks[block * 34..<(block + 1) * 34]
      let scale = Float(Float16(bitPattern: UInt16(bytes[block * 34]) | UInt16(bytes[block * 34 + 1]) << 8))
      return bytes.dropFirst(2).map { Float(Int8(bitPattern: $0)) * scale }
    }
  }
}
