import Eviction
import Foundation
import Testing
import Transformer

@testable import Exploration

/// Layers that see their last tokens only: what they hold, and what is kept in vain there.
@Suite struct LayerWindowTests {
  /// A finished run whose second and fourth layers see 30 tokens.
  private static func windowed(_ policies: [String], window: Int = 30) async throws -> Run {
    var run = try await RunTests.tell(policies, budget: 24)
    let whole = try #require(run.recording)
    let rules = whole.rules.enumerated().map { layer, rule in
      AttentionRule(scale: rule.scale, window: layer % 2 == 1 ? window : nil)
    }
    run.recording = Recording(
      shape: whole.shape, tokenCount: whole.tokenCount, layers: whole.layers, rules: rules,
      rotations: whole.rotations, lastLogits: whole.lastLogits)
    return run
  }

  @Test func memoryCountsWhatSuchALayerHolds() async throws {
    let run = try await Self.windowed(["streaming", "snapkv"])
    let recording = try #require(run.recording)
    let (count, shape) = (recording.tokenCount, recording.shape)
    // A token behind the prompt sees itself and the 29 before it.
    #expect((0..<5).map { recording.firstSeen(layer: $0) } == [0, count - 29, 0, count - 29, 0])
    let perToken = shape.kvHeadCount * shape.headDimension * 8
    let full = try #require(run.full)
    #expect(run.bytes(of: full.kept) == (3 * count + 2 * 29) * perToken)
    // StreamingLLM keeps four sinks, which two of five layers do not see.
    let streaming = run.results[0]
    #expect(run.bytes(of: streaming.kept) == (3 * 24 + 2 * 20) * perToken)
    #expect(run.uselessShare(of: streaming.kept) == 2.0 * 4 / (5 * 24))
    #expect(ResultFigures(streaming, of: run).bytes == run.bytes(of: streaming.kept))
    #expect(run.uselessShare(of: full.kept) == Double(2 * (count - 29)) / Double(5 * count))
    let export = try JSONSerialization.jsonObject(with: KeptExport(run).json()) as? [String: Any]
    let policies = try #require(export?["policies"] as? [[String: Any]])
    let share = try #require(policies[1]["uselessShare"] as? Double)
    #expect(abs(share - 2.0 * 4 / (5 * 24)) < 1e-12)
    #expect(policies[1]["bytes"] as? Int == run.bytes(of: streaming.kept))
  }

  @Test func windowsThatHoldThePromptChangeNothing() async throws {
    let run = try await Self.windowed(["streaming"], window: 4096)
    let recording = try #require(run.recording)
    #expect(!recording.hidesTokens)
    #expect(run.bytes(of: run.results[0].kept) == run.results[0].kept.byteCount())
    #expect(run.uselessShare(of: run.results[0].kept) == nil)
    let export = String(decoding: try KeptExport(run).json(), as: UTF8.self)
    #expect(!export.contains("uselessShare"))
  }
}
