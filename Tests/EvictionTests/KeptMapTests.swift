import Testing
import Transformer
@testable import Eviction

/// Policies whose choice a file has made.
@Suite struct KeptMapTests {
  private static let evidence = RandomEvidence(
    shape: ModelShape(layerCount: 2, queryHeadCount: 4, kvHeadCount: 2, headDimension: 8), tokenCount: 10,
    seed: 1
  ).evidence

  private static func map(_ granularity: Granularity, tokenCount: Int = 10) -> KeptMap {
    let shape = evidence.recording.shape
    return KeptMap(
      name: "mine.npz", source: "mine.npz",
      kept: KeptTokens(
        shape: shape, granularity: granularity, tokenCount: tokenCount,
        positions: (0..<2).map { layer in (0..<granularity.headCount(in: shape)).map { [layer, 3 + $0] } }))
  }

  @Test(arguments: [1, 5, 10]) func everyBudgetKeepsTheSame(_ budget: Int) throws {
    let map = Self.map(.kvHead)
    let (kept, scores) = try Policy(keeping: map).evict(Self.evidence, budget: budget, granularity: .kvHead)
    #expect(kept == map.kept && scores == nil && map.meanCount == 2)
  }

  @Test func setsOfKVHeadsHoldForTheirQueryHeads() throws {
    let kept = try Policy(keeping: Self.map(.kvHead)).evict(Self.evidence, budget: 4, granularity: .queryHead)
      .kept
    #expect(kept.granularity == .queryHead && kept.positions[1] == [[1, 3], [1, 3], [1, 4], [1, 4]])
    let own = try Policy(keeping: Self.map(.queryHead)).evict(Self.evidence, budget: 4, granularity: .kvHead)
      .kept
    #expect(own == Self.map(.queryHead).kept)
  }

  @Test func editsFollowTheFilesChoice() throws {
    let policy = Policy(keeping: Self.map(.kvHead)).edited([KeptEdit(.keep, 9...9, in: .layer(0))])
    let kept = try policy.evict(Self.evidence, budget: 4, granularity: .kvHead).kept
    #expect(kept.positions == [[[0, 3, 9], [0, 4, 9]], [[1, 3], [1, 4]]])
    #expect(policy.name == "mine.npz*" && policy.unedited.title == "mine.npz")
  }

  @Test func aMapIsNoRegisteredPolicy() {
    let policy = Policy(keeping: Self.map(.kvHead))
    #expect(
      !policy.keepsEverything && policy.observedTokens == 0 && !policy.needs.contains(.decode)
        && policy.lookahead == nil)
    #expect(Policy(policy.name) == nil && policy.allSettings.isEmpty && policy.setting("w", to: "8") == nil)
    #expect(policy == policy.unedited && policy != Policy(keeping: Self.map(.kvHead)))
  }

  @Test func anotherPromptIsRefused() {
    let policy = Policy(keeping: Self.map(.kvHead, tokenCount: 11))
    #expect(throws: EvidenceError.anotherPrompt(policy: "mine.npz", wanted: 10, found: 11)) {
      try policy.evict(Self.evidence, budget: 4, granularity: .kvHead)
    }
  }
}
