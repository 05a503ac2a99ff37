import Checkpoint
import Foundation
import TestSupport
import Testing
@testable import Transformer

/// Logits and greedy continuations of tiny random models, as transformers computes them
/// (`Fixtures/make_fixtures.py`).
@Suite struct TransformersParityTests {
  struct Expected: Decodable {
    let prompt: [Int]
    let positions: [Int]
    let logits: [[Float]]
    let continuation: [Int]
  }

  static let models = [
    "mha-untied", "gqa-tied", "gqa-bf16", "mqa-f16", "llama-biases", "llama-linear", "llama-dynamic",
    "llama-llama3", "llama-yarn", "mistral-window", "qwen2", "qwen2-window", "qwen3", "smollm3", "phi3",
    "phi3-longrope", "gemma", "gemma2", "gemma3", "mistral-listed", "gemma-first", "gemma3-pictures",
  ]

  static func open(_ name: String, precision: Precision = .float32) throws -> (Decoder, Expected) {
    let folder = try Places.fixture(name, in: .module)
    let configuration = try ModelConfiguration(path: folder + "/config.json")
    let weights = try Safetensors(path: folder + "/model.safetensors")
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/expected.json")))
    return (try Decoder(configuration, weights: weights, precision: precision), expected)
  }

  @Test(arguments: models) func prefillLogitsEqualTransformers(_ name: String) throws {
    let (decoder, expected) = try Self.open(name)
    for (position, logits) in zip(expected.positions, expected.logits) {
      let recording = try decoder.prefill(Array(expected.prompt[...position]), chunkSize: 64)
      let difference = zip(recording.lastLogits, logits).map { abs($0 - $1) }.max() ?? .infinity
      #expect(difference < 1e-4, "position \(position)")
    }
  }

  @Test(arguments: models) func greedyDecodingEqualsTransformers(_ name: String) throws {
    let (decoder, expected) = try Self.open(name)
    let recording = try decoder.prefill(expected.prompt)
    let cache = KVCache(
      recording, keeping: .all(shape: decoder.shape, tokenCount: recording.tokenCount))
    var logits = recording.lastLogits
    var tokens: [Int] = []
    for offset in expected.continuation.indices {
      let token = try #require(logits.indices.max { logits[$0] < logits[$1] })
      tokens.append(token)
      logits = try decoder.step([
        LaneInput(cache: cache, token: token, position: expected.prompt.count + offset)
      ])[0].logits
    }
    #expect(tokens == expected.continuation)
  }

  @Test(arguments: models) func chunksDoNotChangeThePrefill(_ name: String) throws {
    let (decoder, expected) = try Self.open(name)
    let whole = try decoder.prefill(expected.prompt, chunkSize: 512).lastLogits
    for chunkSize in [1, 7, 64, 100] {
      let chunked = try decoder.prefill(expected.prompt, chunkSize: chunkSize).lastLogits
      let difference = zip(whole, chunked).map { abs($0 - $1) }.max() ?? .infinity
      // Few rows and many go through different kernels, whose sums have different orders.
      #expect(difference < 5e-5, "chunks of \(chunkSize)")
    }
  }

  @Test(arguments: models) func recordedObservedWeightsSumToOne(_ name: String) throws {
    let (decoder, expected) = try Self.open(name)
    let recording = try decoder.prefill(expected.prompt)
    for layer in 0..<recording.shape.layerCount {
      for head in 0..<recording.shape.queryHeadCount {
        for position in [0, 3, 63, 64, 149] {
          let row = recording.attention(
            layer: layer, queryHead: head, row: .prompt(position: position))
          #expect(abs(row.reduce(0, +) - 1) < 1e-4)
          #expect(row[(position + 1)...].allSatisfy { $0 == 0 })
          #expect(row[..<recording.rules[layer].firstVisible(at: position)].allSatisfy { $0 == 0 })
        }
      }
    }
  }
}
