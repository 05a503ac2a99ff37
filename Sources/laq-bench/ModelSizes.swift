import ArgumentParser
import Checkpoint
import Foundation
import Kernels
import Transformer

/// Models whose speed is measured: the sizes of public ones, with random weights.
enum ModelSizes: String, CaseIterable, ExpressibleByArgument {
  case smollm2_135m = "smollm2-135m"
  case qwen25_403m = "qwen2.5-403m"

  /// A `config.json`.
  private var json: String {
    switch self {
    case .smollm2_135m:
      """
      {"architectures": ["LlamaForCausalLM"], "hidden_size": 576, "intermediate_size": 1536, "num_hidden_layers": 30,
       "num_attention_heads": 9, "num_key_value_heads": 3, "vocab_size": 49152, "max_position_embeddings": 65536,
       "rope_theta": 100000, "tie_word_embeddings": true}
      """
    case .qwen25_403m:
      """
      {"architectures": ["Qwen2ForCausalLM"], "hidden_size": 896, "intermediate_size": 4864, "num_hidden_layers": 24,
       "num_attention_heads": 14, "num_key_value_heads": 2, "vocab_size": 50257, "max_position_embeddings": 65536,
       "rope_theta": 1000000, "tie_word_embeddings": true}
      """
    }
  }

  /// The weights of all products of a decoded token, the output head among them.
  func weightCount(_ configuration: ModelConfiguration) -> Int {
    let hidden = configuration.hiddenSize
    let heads = 2 * configuration.queryHeadCount + 2 * configuration.kvHeadCount
    let layer = hidden * (heads * configuration.headDimension + 3 * configuration.intermediateSize)
    return configuration.layerCount * layer + configuration.vocabularySize * hidden
  }

  /// The configuration, read as any other model's.
  func configuration() throws -> ModelConfiguration { try Self.configuration(json) }

  /// A configuration from the text of its file.
  static func configuration(_ json: String) throws -> ModelConfiguration {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("laq-bench-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("config.json")
    try Data(json.utf8).write(to: file)
    return try ModelConfiguration(path: file.path)
  }
}

/// Weights from a fixed generator, `1/√columns` wide, so that activations stay of size one.
struct RandomWeights: TensorSource {
  let path = "random weights"
  let format: WeightFormat

  func has(_ name: String) -> Bool { name.hasPrefix("model.") && !name.contains("language_model") }

  func floats(_ name: String, shape: [Int]) throws -> [Float] {
    let count = shape.reduce(1, *)
    if name.hasSuffix("norm.weight") { return Array(repeating: 1, count: count) }
    var state = name.utf8.reduce(UInt64(14_695_981_039_346_656_037)) {
      ($0 ^ UInt64($1)) &* 1_099_511_628_211
    }
    let width = 2 * Float(3).squareRoot() / Float(shape.last ?? 1).squareRoot()
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (Float(state >> 40) / Float(1 << 24) - 0.5) * width
    }
  }

  func matrix(_ name: String, shape: [Int]) throws -> MappedMatrix? {
    guard format == .q8_0 else { return nil }
    let floats = try floats(name, shape: shape)
    let bytes = stride(from: 0, to: floats.count, by: 32).flatMap { first -> [UInt8] in
      let block = floats[first..<first + 32]
      let scale = Float16((block.map(abs).max() ?? 0) / 127)
      let factor = scale > 0 ? 1 / Float(scale) : 0
      return [UInt8(scale.bitPattern & 0xFF), UInt8(scale.bitPattern >> 8)]
        + block.map { UInt8(bitPattern: Int8(max(-127, min(127, ($0 * factor).rounded())))) }
    }
    return MappedMatrix(LAQ_Q8_0, rows: shape[0], columns: shape[1], bytes: bytes)
  }
}

/// How the weights are held.
enum WeightFormat: String, CaseIterable, ExpressibleByArgument {
  /// In the precision of the products.
  case plain
  /// GGUF's blocks of eight bits.
  case q8_0

  /// Bytes that 32 weights take.
  func bytesPer32(_ precision: Precision) -> Int {
    switch self {
    case .plain: precision.usesBFloat16 ? 64 : 128
    case .q8_0: 34
    }
  }
}
