import Checkpoint
import Foundation
import TestSupport
import Testing

@testable import Transformer

/// Configurations that say only what differs, as transformers resolves them
/// (`Fixtures/configurations/make_configurations.py`).
@Suite struct ConfigurationParityTests {
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let title: String
    let architecture: String
    let config: String
    let expected: Expected?
    var testDescription: String { "\(architecture): \(title)" }
  }

  struct Expected: Decodable, Sendable {
    let hidden_size, intermediate_size, num_hidden_layers, num_attention_heads, num_key_value_heads: Int
    let vocab_size, max_position_embeddings, head_dim: Int
    let rms_norm_eps, scale: Double
    let scoreCap, logitCap: Double?
    let tied, queryKeyValueBias, outputBias, feedForwardBias, queryKeyNorm, outputNorms, fused: Bool
    let eos: [Int]
    let activation: String
    let visible: [Int]
    let windows: [Int?]
    let positions: [Bool]
    let rotations: [Rotation]
  }

  struct Rotation: Decodable, Sendable {
    let layers: [Int]
    let count: Int
    let at: [Int]
    let values: [Float]
    let magnitude: Float
  }

  /// All of them; an empty list where the resource is missing, which a test of its own says.
  static let cases: [Case] = {
    guard let path = try? Places.fixture("configurations/configurations.json", in: .module),
      let data = FileManager.default.contents(atPath: path)
    else { return [] }
    return (try? JSONDecoder().decode([Case].self, from: data)) ?? []
  }()

  /// What transformers computes and this program does not.
  private static func isUnsupported(_ one: Case) -> Bool {
    one.expected?.activation == "GELUActivation" || one.title == "bidirectional"
  }

  /// What transformers 5 stumbles over, and is read here as transformers 4 read it, or without what has no
  /// effect.
  private static func isReadHereOnly(_ one: Case) -> Bool {
    let isGemma3 = one.architecture.hasPrefix("Gemma3")
    let looksAtNoTypes = ["Llama", "Phi3", "GemmaFor"].contains { one.architecture.hasPrefix($0) }
    switch one.title {
    case "su", "gelu and null": return true
    case "layer types without a window": return looksAtNoTypes
    case "both", "empty scaling": return isGemma3
    default: return false
    }
  }

  private func read(_ one: Case) throws -> ModelConfiguration {
    let folder = try ScratchFolder()
    return try ModelConfiguration(path: try folder.write(one.config, as: "config.json"))
  }

  @Test func everyFamilyIsAmongThem() {
    #expect(Self.cases.count > 370)
    #expect(Set(Self.cases.map(\.architecture)).count == 10)
    for architecture in Set(Self.cases.map(\.architecture)) {
      let bare = Self.cases.first { $0.architecture == architecture && $0.title == "nothing said" }
      #expect(bare?.expected != nil)
    }
  }

  @Test(arguments: cases.filter { $0.expected != nil && !isUnsupported($0) })
  func aConfigurationMeansWhatItMeansToTransformers(_ one: Case) throws {
    let expected = try #require(one.expected)
    let found = try read(one)
    #expect(found.hiddenSize == expected.hidden_size && found.intermediateSize == expected.intermediate_size)
    #expect(
      found.layerCount == expected.num_hidden_layers && found.queryHeadCount == expected.num_attention_heads)
    #expect(found.kvHeadCount == expected.num_key_value_heads && found.headDimension == expected.head_dim)
    #expect(found.vocabularySize == expected.vocab_size)
    #expect(found.rmsNormEpsilon == Float(expected.rms_norm_eps))
    #expect(found.tiesEmbeddings == expected.tied)
    #expect(found.endTokens.sorted() == expected.eos)
    #expect(
      found.activation == (expected.activation.hasPrefix("SiLU") ? .silu : .geluTanh),
      "\(expected.activation)")
    #expect(found.logitCap == expected.logitCap.map { Float($0) })
    let parts: [(ModelConfiguration.Parts, Bool)] = [
      (.queryKeyValueBias, expected.queryKeyValueBias), (.outputBias, expected.outputBias),
      (.feedForwardBias, expected.feedForwardBias), (.queryKeyNorm, expected.queryKeyNorm),
      (.outputNorms, expected.outputNorms), (.fusedProjections, expected.fused),
    ]
    for (part, isThere) in parts { #expect(found.parts.contains(part) == isThere, "\(part)") }
    // A length that grows with the text reaches further than the configuration says.
    if !one.config.contains("dynamic") { #expect(found.contextLength == expected.max_position_embeddings) }
    try #require(found.attention.count == expected.num_hidden_layers)
    for (layer, attention) in found.attention.enumerated() {
      #expect(abs(attention.scale / Float(expected.scale) - 1) < 1e-6, "layer \(layer)")
      #expect(attention.softCap == expected.scoreCap.map { Float($0) }, "layer \(layer)")
      #expect((attention.rope != nil) == expected.positions[layer], "layer \(layer)")
      let window = expected.visible[layer] < 12 ? expected.visible[layer] : expected.windows[layer]
      #expect(attention.window == window, "layer \(layer)")
    }
    for rotation in expected.rotations {
      for layer in rotation.layers {
        guard let rope = found.attention[layer].rope else { continue }
        let own = RotaryEmbedding(rope, length: 1)
        try #require(own.frequencies.count == rotation.count, "layer \(layer)")
        for (place, value) in zip(rotation.at, rotation.values) {
          #expect(abs(own.frequencies[place] / value - 1) < 2e-6, "layer \(layer), frequency \(place)")
        }
        #expect(abs(own.magnitude / rotation.magnitude - 1) < 1e-6, "layer \(layer)")
      }
    }
  }

  @Test(arguments: cases.filter { isUnsupported($0) || $0.expected == nil && !isReadHereOnly($0) })
  func whatCannotBeComputedIsRefused(_ one: Case) {
    #expect(throws: CheckpointError.self) { try read(one) }
  }

  @Test(arguments: cases.filter { $0.expected == nil && isReadHereOnly($0) })
  func whatOlderProgramsReadIsRead(_ one: Case) throws {
    // Where the older word stands without the length that it needs, the context's own is taken.
    #expect(try read(one).layerCount == 3)
  }
}
