import Foundation
import TestSupport

/// A small trace made by hand: random vectors of two layers, in any number format, in one file or several.
struct TraceFixture {
  /// A tensor as it is written.
  struct Tensor {
    var type: String
    var shape: [Int]
    var bytes: [UInt8]
  }

  static let (layers, queryHeads, kvHeads, dimension, tokens, answer, lookahead) = (2, 4, 2, 8, 40, 3, 2)

  /// The tensors by name; a test changes what it is about.
  var tensors: [String: Tensor] = [:]
  /// The metadata that `laq_trace` holds.
  var metadata: [String: Any]

  /// - Parameter type: F32, F16 or BF16; every vector is a number that all three hold.
  init(type: String = "F32") {
    let (h, k, d, n) = (Self.queryHeads, Self.kvHeads, Self.dimension, Self.tokens)
    metadata = [
      "version": 1, "model": "made by hand", "recorder": "test", "layers": Self.layers, "query_heads": h,
      "kv_heads": k,
      "head_dim": d, "tokens": n, "first_query": 0, "rotary": [0, NSNull()], "rotary_magnitude": [1],
      "attention": [["scale": 0.35], ["scale": 0.35, "softcap": 20, "window": 24]],
      "lookaheads": [
        ["scorer": "snapkv", "budget": 12, "granularity": "kv", "tokens": [2, 3], "limit": 2]
      ],
    ]
    var generator = SeededGenerator(seed: 7)
    func vectors(_ shape: [Int]) -> Tensor {
      let numbers = (0..<shape.reduce(1, *)).map { _ in Float(Int.random(in: -24...24, using: &generator)) / 8
      }
      return Tensor(type: type, shape: shape, bytes: numbers.flatMap { Self.bytes($0, type) })
    }
    for layer in 0..<Self.layers {
      tensors["layers.\(layer).queries"] = vectors([h, n, d])
      tensors["layers.\(layer).keys"] = vectors([k, n, d])
      tensors["layers.\(layer).values"] = vectors([k, n, d])
      tensors["layers.\(layer).decode_queries"] = vectors([Self.answer, h, d])
      tensors["layers.\(layer).lookaheads.0.queries"] = vectors([Self.lookahead, h, d])
      tensors["layers.\(layer).output_projection"] = vectors([12, h * d])
    }
    tensors["rotary.0.frequencies"] = Self.floats([1, 0.1, 0.01, 0.001], [4])
    tensors["tokens"] = Self.integers((0..<n).map { $0 % 5 }, [n])
    tensors["token_bytes"] = Self.integers((0..<n).flatMap { [$0, $0 + 1] }, [n, 2])
    tensors["text"] = Tensor(type: "U8", shape: [n], bytes: (0..<n).map { UInt8(97 + $0 % 5) })
    tensors["vocabulary.ids"] = Self.integers([0, 1, 2, 3, 4], [5])
    tensors["vocabulary.offsets"] = Self.integers([0, 1, 2, 3, 4, 5], [6])
    tensors["vocabulary.bytes"] = Tensor(type: "U8", shape: [5], bytes: Array("abcde".utf8))
    tensors["answer"] = Self.integers([2, 3, 4], [Self.answer])
    tensors["answer_top_ids"] = Self.integers([2, 0, 3, 1, 4, 0, 1, 0], [4, 2])
    tensors["answer_top_logits"] = Self.floats([3, 1, 3, 1, 3, 1, 3, 1], [4, 2])
    tensors["answer_log_sum_exp"] = Self.floats([3.5, 3.5, 3.5, 3.5], [4])
  }

  static func integers(_ numbers: [Int], _ shape: [Int]) -> Tensor {
    Tensor(type: "I64", shape: shape, bytes: numbers.flatMap { little(UInt64(bitPattern: Int64($0))) })
  }

  static func floats(_ numbers: [Float], _ shape: [Int]) -> Tensor {
    Tensor(type: "F32", shape: shape, bytes: numbers.flatMap { bytes($0, "F32") })
  }

  private static func little(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  private static func bytes(_ number: Float, _ type: String) -> [UInt8] {
    switch type {
    case "BF16": return little(UInt16(number.bitPattern >> 16))
    case "F16":
      guard number != 0 else { return [0, 0] }
      // Eighths up to 3 are normal numbers, and exact: only the exponent counts from another number.
      let magnitude = UInt16(truncatingIfNeeded: (number.magnitude.bitPattern - (112 << 23)) >> 13)
      return little(number < 0 ? magnitude | 0x8000 : magnitude)
    default: return little(number.bitPattern)
    }
  }

  /// A safetensors file of some of the tensors, and where its header ends.
  /// - Parameter shift: bytes before the first tensor, so that it lies at an odd address.
  func file(_ names: (String) -> Bool = { _ in true }, shift: Int = 0) throws -> (bytes: [UInt8], header: Int)
  {
    let json = try JSONSerialization.data(withJSONObject: metadata, options: [.sortedKeys])
    var header: [String: Any] = ["__metadata__": ["laq_trace": String(decoding: json, as: UTF8.self)]]
    var data = [UInt8](repeating: 0, count: shift)
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) where names(name) {
      header[name] = [
        "dtype": tensor.type, "shape": tensor.shape,
        "data_offsets": [data.count, data.count + tensor.bytes.count],
      ]
      data += tensor.bytes
    }
    let text = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys])
    return (Self.little(UInt64(text.count)) + Array(text) + data, 8 + text.count)
  }

  /// Writes the trace to a folder, in two files with an index if asked for.
  func write(to folder: URL, sharded: Bool = false, shift: Int = 0) throws -> String {
    guard sharded else {
      let path = folder.appendingPathComponent("trace.safetensors")
      try Data(file(shift: shift).bytes).write(to: path)
      return path.path
    }
    var map: [String: String] = [:]
    for (index, shard) in ["one", "two"].enumerated() {
      let isHere = { (name: String) in name.hasPrefix("layers.1.") == (index == 1) }
      try Data(file(isHere).bytes).write(to: folder.appendingPathComponent(shard))
      for name in tensors.keys where isHere(name) { map[name] = shard }
    }
    let path = folder.appendingPathComponent("trace.safetensors.index.json")
    try JSONSerialization.data(withJSONObject: ["weight_map": map]).write(to: path)
    return path.path
  }

  /// Runs a body with an empty folder.
  static func inFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = try ScratchFolder()
    return try await body(folder.url)
  }
}
