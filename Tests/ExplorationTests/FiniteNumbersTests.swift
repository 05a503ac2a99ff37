import Checkpoint
import Eviction
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Exploration

/// Numbers that are none: no score of a sound model is one, and a model that has one is refused by name.
@Suite struct FiniteNumbersTests {
  static let samples = [
    "all-values", "chain", "many-needles", "needle", "passage", "question-first", "sample",
  ]

  /// In an export NaN stands where a token is kept whatever its score, and nowhere else.
  @Test(arguments: samples) func everyPolicyOrdersTheSamplesByFiniteScores(_ name: String) async throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let text = try Data(contentsOf: Places.root.appendingPathComponent("Samples/\(name).txt"))
    var request = RunRequest(
      prompt: try Prompt(name: name, text: Array(text), tokenizer: checkpoint.tokenizer),
      policies: Self.policies(of: name),
      budgets: [.tokens(48)], answerLimit: 4, parts: .scores)
    request.parts.insert(.agreement)
    let results = try await RunEngine(checkpoint: checkpoint, precision: .float32).results(request)
    for result in try results.map({ try $0.get() }) {
      guard let scores = result.scores else { continue }
      for layer in result.kept.positions.indices {
        for head in result.kept.positions[layer].indices {
          let protected = scores.protected(layer: layer, head: head)
          let ranked = scores.rankedScores(layer: layer, head: head)
          #expect(
            ranked.indices.filter { ranked[$0].isNaN } == protected, "\(result.policy) \(layer) \(head)")
          #expect(ranked.allSatisfy { !$0.isInfinite }, "\(result.policy) \(layer) \(head)")
        }
      }
    }
  }

  /// Every policy of one sample, of which a scorer's arithmetic once failed; of the others, those that look at
  /// all rows, or `swift test` would take minutes.
  private static func policies(of sample: String) -> [Policy] {
    let all = PolicyRegistry.all.compactMap { Policy($0.name) }.filter { !$0.keepsEverything }
    return sample == "chain" || Sample.isExhaustive ? all : all.filter { $0.name == "noncausal" }
  }

  /// A model's weights, one of which is another number.
  private struct Damaged: TensorSource {
    let base: any TensorSource
    let tensor: String
    let index: Int
    let value: Float
    var path: String { base.path }

    func has(_ name: String) -> Bool { base.has(name) }

    func floats(_ name: String, shape: [Int]) throws -> [Float] {
      var found = try base.floats(name, shape: shape)
      if name == tensor { found[index] = value }
      return found
    }
  }

  @Test(arguments: [
    ("model.layers.2.mlp.down_proj.weight", 7, Float.nan),
    ("model.layers.0.self_attn.q_proj.weight", 0, .nan),
    ("model.layers.4.input_layernorm.weight", 255, .infinity), ("model.norm.weight", 3, .nan),
    ("model.embed_tokens.weight", 256 * 2047, .nan),
  ]) func aWeightThatIsNoNumberIsNamed(_ tensor: String, _ index: Int, _ value: Float) async throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let weights = Damaged(base: try checkpoint.weights(), tensor: tensor, index: index, value: value)
    let engine = RunEngine(configuration: checkpoint.configuration, precision: .float32) { weights }
    let prompt = try Prompt(
      name: "test", text: Array(RunTests.text.utf8), tokenizer: checkpoint.tokenizer)
    let run = await engine.run(
      Run(
        modelName: "damaged", prompt: prompt, settings: ExplorationSettings(budget: 24, answerLimit: 4),
        vocabulary: Vocabulary(checkpoint.tokenizer)))
    let expected = TransformerError.weightNotFinite(
      path: weights.path, tensor: tensor, index: index, value: "\(value)")
    #expect(run.stage == .failed(expected.description))
    #expect(run.results.isEmpty)
  }

  /// Weights that are numbers, and sums of them that are none.
  @Test func sumsThatOverflowAreSaid() async throws {
    let checkpoint = try Checkpoint(path: Places.embeddedModel)
    let weights = Damaged(
      base: try checkpoint.weights(), tensor: "model.layers.1.input_layernorm.weight", index: 3, value: 3e38)
    let engine = RunEngine(configuration: checkpoint.configuration, precision: .float32) { weights }
    let prompt = try Prompt(
      name: "test", text: Array(RunTests.text.utf8), tokenizer: checkpoint.tokenizer)
    let error = await #expect(throws: TransformerError.self) {
      _ = try await engine.results(RunRequest(prompt: prompt, policies: [], budgets: [], answerLimit: 4))
    }
    guard case .logitsNotFinite? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
