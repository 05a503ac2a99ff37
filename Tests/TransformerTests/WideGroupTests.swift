import Checkpoint
import Foundation
import TestSupport
import Testing

@testable import Transformer

/// More query heads behind one KV head than a kernel takes at once.
@Suite struct WideGroupTests {
  private static let heads = 150

  private static func decoder(_ precision: Precision) throws -> Decoder {
    let folder = try ScratchFolder()
    let config = """
      {"architectures": ["LlamaForCausalLM"], "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "head_dim": 8,
       "num_attention_heads": \(heads), "num_key_value_heads": 1, "vocab_size": 40, "max_position_embeddings": 256,
       "rope_theta": 10000, "tie_word_embeddings": true}
      """
    let path = try folder.write(config, as: "config.json")
    return try Decoder(try ModelConfiguration(path: path), weights: Weights(), precision: precision)
  }

  /// The logits of a step are those of the prefill of one token more.
  @Test(arguments: [Precision.float32, .automatic]) func aStepIsThePrefillsNextToken(_ precision: Precision)
    throws
  {
    let decoder = try Self.decoder(precision)
    let tokens = (0..<90).map { ($0 * 7 + 3) % 40 }
    let recording = try decoder.prefill(Array(tokens.dropLast()))
    let whole = try decoder.prefill(tokens)
    for granularity in Granularity.allCases {
      let sets = Array(repeating: Array(0..<89), count: granularity.headCount(in: decoder.shape))
      let kept = KeptTokens(
        shape: decoder.shape, granularity: granularity, tokenCount: 89,
        positions: Array(repeating: sets, count: decoder.shape.layerCount))
      let cache = KVCache(recording, keeping: kept)
      let step = try decoder.step([LaneInput(cache: cache, token: tokens[89], position: 89)])[0]
      let size = whole.lastLogits.map(abs).max() ?? 0
      let furthest = zip(step.logits, whole.lastLogits).map { abs($0 - $1) }.max() ?? .infinity
      #expect(
        size > 0.1 && furthest < size * (precision.usesBFloat16 ? 0.02 : 1e-5),
        "\(granularity): \(furthest) of \(size)")
    }
  }

  /// Numbers without a pattern, the same for each name.
  private struct Weights: TensorSource {
    let path = "made up"

    func has(_ name: String) -> Bool { name.hasPrefix("model.") && !name.contains("language_model") }

    func floats(_ name: String, shape: [Int]) throws -> [Float] {
      let count = shape.reduce(1, *)
      guard !name.hasSuffix("norm.weight") else { return Array(repeating: 1, count: count) }
      let start = name.utf8.reduce(7) { ($0 * 31 + Int($1)) % 10_007 }
      let width = Float(shape.last ?? 1).squareRoot()
      return (0..<count).map { Float(((start + $0) * 7_919) % 2_003 - 1_001) / 600 / width }
    }
  }
}
