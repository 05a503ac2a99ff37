import Checkpoint
import Foundation
import TestSupport
import Testing

@testable import Transformer

/// Weights with a head beside an embedding that the configuration says is the head: transformers goes by the
/// weights.
@Suite struct OwnHeadTests {
  /// A model's weights with one more tensor, the embedding times a factor.
  private struct Weights: TensorSource {
    let base: Safetensors
    let factor: Float
    var path: String { base.path }

    private func name(_ name: String) -> String {
      name == "lm_head.weight" ? "model.embed_tokens.weight" : name
    }

    func has(_ name: String) -> Bool { base.has(self.name(name)) }

    func floats(_ name: String, shape: [Int]) throws -> [Float] {
      let floats = try base.floats(self.name(name), shape: shape)
      return name == "lm_head.weight" ? floats.map { $0 * factor } : floats
    }
  }

  private func logits(factor: Float?) throws -> [Float] {
    let folder = try Places.fixture("gqa-tied", in: .module)
    let configuration = try ModelConfiguration(path: folder + "/config.json")
    #expect(configuration.tiesEmbeddings)
    let base = try Safetensors(path: folder + "/model.safetensors")
    let source: any TensorSource = factor.map { Weights(base: base, factor: $0) } ?? base
    return try Decoder(configuration, weights: source, precision: .float32).prefill([3, 4, 5, 6]).lastLogits
  }

  @Test func anotherHeadIsUsed() throws {
    let tied = try logits(factor: nil)
    let doubled = try logits(factor: 2)
    #expect(zip(tied, doubled).allSatisfy { abs(2 * $0 - $1) <= 1e-5 * max(1, abs($1)) })
    #expect(tied.contains { abs($0) > 0.1 })
  }

  @Test func theSameHeadChangesNothing() throws {
    #expect(try logits(factor: 1) == logits(factor: nil))
  }
}
