import Testing
import Transformer

@testable import Eviction

/// Kept sets equal those of the LAQ authors' code, of kvpress, and of whole matrices in torch
/// (`Fixtures/make_fixtures.py` says how they were made).
@Suite struct ParityTests {
  @Test(arguments: Fixture.names) func keptSetsEqualTheReference(_ name: String) throws {
    let fixture = try Fixture.read(name)
    let recording = fixture.recording
    for expected in fixture.expected {
      let (kept, _) = try run(expected, fixture, recording)
      #expect(kept.positions == expected.kept, "\(expected.testDescription)")
    }
  }

  @Test(arguments: Fixture.names) func scoresEqualTheReference(_ name: String) throws {
    let fixture = try Fixture.read(name)
    let recording = fixture.recording
    for expected in fixture.expected where !expected.scores.isEmpty {
      let table = try #require(try run(expected, fixture, recording).scores)
      let protected = Set(table.protected)
      let scores = (0..<fixture.tokens).filter { !protected.contains($0) }.map { table.layers[0][0][$0] }
      try #require(scores.count == expected.scores.count, "\(expected.testDescription)")
      let difference = zip(scores, expected.scores).map { abs($0 - $1) / max($1, 1e-3) }.max() ?? 0
      #expect(difference < 3e-5, "\(expected.testDescription)")
    }
  }

  /// What is compared with what, so that a fixture that lost its cases does not pass in silence.
  @Test func fixturesHoldEveryComparison() throws {
    let expected = try Fixture.names.flatMap { try Fixture.read($0).expected }
    let authors = Set(expected.filter { $0.from == "authors" }.map(\.policy))
    #expect(
      authors == [
        "laq(mask=reference)", "laq(m=5,mask=reference)", "laq++(w2=8,mask=reference)",
        "laq(w2=4,kernel=5,pool=avg,mask=reference)", "snapkv(w=32)", "snapkv(w=8)",
        "snapkv(w=8,kernel=5,pool=avg)", "snapkv(w=8,pool=none)", "streaming",
      ])
    let kvpress = Set(expected.filter { $0.from == "kvpress" }.map(\.policy))
    #expect(kvpress.contains("snapkv(w=64,kernel=5,pool=avg)"))
    for granularity in Granularity.allCases {
      let plain = Set(expected.filter { $0.from == "plain" && $0.granularity == granularity }.map(\.policy))
      #expect(plain == ["h2o", "oracle", "laq", "laq++(w2=8)", "laq++(w2=5,pool=none)"])
    }
  }

  /// The two masks are different computations, not two names of one.
  @Test func theReferenceMaskKeepsOtherTokens() throws {
    let fixture = try Fixture.read("gqa")
    let evidence = fixture.evidence(fixture.recording, rows: 8)
    for name in ["laq", "laq++"] {
      let causal = try Policy(parsing: name).evict(evidence, budget: 16, granularity: .queryHead)
      let reference = try Policy(parsing: "\(name)(mask=reference)")
        .evict(evidence, budget: 16, granularity: .queryHead)
      #expect(causal.kept != reference.kept, "\(name)")
    }
  }

  private func run(
    _ expected: Fixture.Expected, _ fixture: Fixture, _ recording: Recording
  ) throws -> (kept: KeptTokens, scores: ScoreTable?) {
    try Policy(parsing: expected.policy).evict(
      fixture.evidence(recording, rows: expected.rows), budget: expected.budget,
      granularity: expected.granularity)
  }
}
