import Checkpoint
import Foundation
import TestSupport
import Testing
import Transformer

@testable import Eviction

/// The policies that pass the context through the model again keep what kvpress keeps, on three tiny models,
/// three lengths and four ratios (`Fixtures/passes/make_passes.py`).
@Suite struct PassesParityTests {
  /// Prompts, and what kvpress keeps of them.
  struct Fixture: Decodable {
    struct Expected: Decodable, CustomTestStringConvertible {
      let policy: String
      /// kvpress' compression ratio.
      let ratio: Double
      /// Whether a chat template stands around the context.
      let isChat: Bool
      /// Bitmaps of kept positions, `[layer][head]`.
      let kept: [[String]]
      /// Scores of the last layer's first head; empty for most.
      let scores: [Float]

      var testDescription: String { "\(policy) at \(ratio)\(isChat ? ", chat" : "")" }
    }

    struct Prompt: Decodable {
      let model: String
      let tokens: [Int]
      let expected: [Expected]
    }

    let whole: [Int], part: [Int], plainSuffix: [Int], chatPrefix: [Int], chatSuffix: [Int]
    let prompts: [Prompt]

    static func read() throws -> Fixture {
      let file = try Places.fixture("passes/passes.json", in: .module)
      return try JSONDecoder().decode(
        Fixture.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
    }

    func prompts(isChat: Bool) -> RepetitionPrompts {
      RepetitionPrompts(
        whole: whole, part: part, suffix: isChat ? chatSuffix : plainSuffix,
        prefixCount: isChat ? chatPrefix.count : 0)
    }
  }

  static let models = ["mha-untied", "gqa-tied", "qwen3"]

  /// The models are those of the engine's own comparison.
  static func decoder(_ name: String) throws -> Decoder {
    let folder = Places.root.appendingPathComponent("Tests/TransformerTests/Fixtures/\(name)").path
    return try Decoder(
      ModelConfiguration(path: folder + "/config.json"),
      weights: Safetensors(path: folder + "/model.safetensors"),
      precision: .float32)
  }

  /// Runs every case of a model.
  func forEach(
    _ model: String, _ check: (Fixture.Expected, KeptTokens, ScoreTable, Int) throws -> Void
  ) throws {
    let fixture = try Fixture.read()
    let decoder = try Self.decoder(model)
    for prompt in fixture.prompts where prompt.model == model {
      let recording = try decoder.prefill(prompt.tokens)
      for expected in prompt.expected {
        let policy = try Policy(parsing: expected.policy)
        let pass = try #require(policy.pass)
        let replays = pass.replays(of: prompt.tokens, fixture.prompts(isChat: expected.isChat))
        // Chunks of 48 split tiles and parts.
        let measured = try decoder.replay(replays, over: recording, chunkSize: 48)
        let (kept, scores) = try policy.evict(
          Evidence(recording: recording, output: decoder.outputProjection, passes: [pass: measured]),
          budget: TokenBudget(compressionRatio: expected.ratio, tokenCount: prompt.tokens.count),
          granularity: .kvHead)
        try check(expected, kept, #require(scores), prompt.tokens.count)
      }
    }
  }

  @Test(arguments: models) func keptSetsEqualTheReference(_ model: String) throws {
    try forEach(model) { expected, kept, _, count in
      #expect(
        kept.positions == expected.kept.map { $0.map(Bitmap.positions) },
        "\(expected.testDescription), \(count) tokens")
    }
  }

  @Test(arguments: models) func scoresEqualTheReference(_ model: String) throws {
    try forEach(model) { expected, _, scores, count in
      guard !expected.scores.isEmpty, let head = scores.layers.last?.first else { return }
      let difference =
        zip(head, expected.scores).enumerated().map { position, pair in
          // kvpress gives the tokens that stay a score of their own.
          scores.protected.contains(position) ? 0 : abs(pair.0 - pair.1) / max(pair.1, 1e-4)
        }.max() ?? 0
      #expect(difference < 1e-4, "\(expected.testDescription), \(count) tokens")
    }
  }

  /// What is compared with what, so that a fixture that lost its cases does not pass in silence.
  @Test func fixturesHoldEveryComparison() throws {
    let prompts = try Fixture.read().prompts
    #expect(Set(prompts.map(\.model)) == Set(Self.models))
    for model in Self.models {
      #expect(prompts.filter { $0.model == model }.map(\.tokens.count) == [60, 101, 150])
    }
    for prompt in prompts {
      for policy in ["kvzip/global", "kvzip/global(within=layer)", "kvzip+/global", "kvcompose/compose"] {
        #expect(prompt.expected.filter { $0.policy == policy }.map(\.ratio) == [0.25, 0.5, 0.75, 0.9])
      }
      #expect(prompt.expected.filter { $0.policy == "kvcompose/global" }.map(\.ratio) == [0.5])
      #expect(prompt.expected.count { $0.isChat } == 4)
      #expect(prompt.expected.count { $0.policy.hasPrefix("kvzip(chunk=40)") } == 4)
    }
  }
}
