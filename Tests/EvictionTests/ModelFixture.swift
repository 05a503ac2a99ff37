import Checkpoint
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Eviction

/// A tiny random model, and the tokens that kvpress' presses keep when they run in its forward pass
/// (`Fixtures/make_models.py`).
struct ModelFixture {
  /// One run of a press.
  struct Expected: Decodable, CustomTestStringConvertible {
    let policy: String
    /// Which of the prompts.
    let prompt: Int
    /// How many of its tokens.
    let tokens: Int
    /// kvpress' compression ratio.
    let ratio: Double
    /// Bitmaps of kept positions, `[layer][head]`.
    let kept: Data
    /// Bitmaps of positions whose scores equal that of the last place; any of them may be kept.
    let open: Data?
    /// The logits after one more token, the prompt's first.
    let logits: [Float]?

    var testDescription: String { "\(policy), \(ratio) of \(tokens) tokens evicted" }
  }

  private struct File: Decodable {
    let prompts: [[Int]]
    let expected: [Expected]
  }

  static let names = ["mha", "gqa", "qwen3"]

  let decoder: Decoder
  let prompts: [[Int]]
  let expected: [Expected]

  init(_ name: String) throws {
    let folder = try Places.fixture("models/\(name)", in: .module)
    decoder = try Decoder(
      ModelConfiguration(path: folder + "/config.json"),
      weights: Safetensors(path: folder + "/model.safetensors"), precision: .float32)
    let file = try JSONDecoder().decode(
      File.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/expected.json")))
    (prompts, expected) = (file.prompts, file.expected)
  }

  /// The evidence of each prompt and length that some run has, `[prompt, tokens]`.
  func evidence() throws -> [[Int]: Evidence] {
    var known: [[Int]: Evidence] = [:]
    for expected in expected where known[[expected.prompt, expected.tokens]] == nil {
      known[[expected.prompt, expected.tokens]] = Evidence(
        recording: try decoder.prefill(Array(prompts[expected.prompt][..<expected.tokens])),
        output: decoder.outputProjection)
    }
    return known
  }

  /// The sets of bitmaps that stand one behind the other, `[layer][head]`.
  func sets(_ bitmaps: Data, tokens: Int) -> [[Set<Int>]] {
    let size = (tokens + 7) / 8
    let heads = decoder.shape.kvHeadCount
    return (0..<decoder.shape.layerCount).map { layer in
      (0..<heads).map { head in
        let start = bitmaps.startIndex + (layer * heads + head) * size
        return Set((0..<tokens).filter { bitmaps[start + $0 / 8] >> ($0 % 8) & 1 == 1 })
      }
    }
  }
}
