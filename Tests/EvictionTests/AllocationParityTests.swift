import Testing
import Transformer

@testable import Eviction

/// Allocations and wrappers keep what kvpress, the authors' code and plain formulas keep
/// (`Fixtures/make_allocations.py` says how they were made).
@Suite struct AllocationParityTests {
  @Test func keptSetsEqualTheReference() throws {
    let fixture = try AllocationFixture.read()
    let evidence = fixture.evidence
    for expected in fixture.expected {
      #expect(try kept(expected, evidence) == expected.positions, "\(expected.testDescription)")
    }
  }

  /// What is compared with what, so that a fixture that lost its cases does not pass in silence.
  @Test func fixturesHoldEveryComparison() throws {
    let expected = try AllocationFixture.read().expected
    func rests(_ source: String, _ scorer: String) -> Set<String> {
      Set(expected.filter { $0.from == source && $0.scorer == scorer }.map(\.rest))
    }
    #expect(
      rests("kvpress", "snapkv") == [
        "", "/pyramid(beta=20)", "/pyramid(beta=5)", "/pyramid(beta=2)", "/ada(floor=0.2)", "/ada(floor=0.0)",
        "/ada(floor=0.7)", "/ada(floor=0.2)+critical", "/ada(floor=0.0)+critical", "/ada(floor=0.7)+critical",
        "+critical(first=0.5)", "+critical(first=0.25)", "+chunkkv(size=20)", "+chunkkv(size=7)",
        "+chunkkv(size=50)", "/ratios(0.9:0.5:0.25)",
      ])
    for scorer in ["knorm", "keydiff"] {
      let wrapped = ["+chunk(size=64)", "+chunk(size=40)", "+block(size=32)", "+block(size=128)"]
      #expect(rests("kvpress", scorer).isSuperset(of: wrapped))
    }
    #expect(rests("kvpress", "knorm").count == 7)
    #expect(rests("kvpress", "streaming").count == 3)
    #expect(rests("authors", "snapkv(w=8)").count == 4)
    #expect(rests("plain", "cake(w=8)").count == 2)
    #expect(Set(expected.map(\.ratio)).isSuperset(of: [0.25, 0.5, 0.75, 0.9]))
  }

  private func kept(_ expected: AllocationFixture.Expected, _ evidence: Evidence) throws -> [[[Int]]] {
    let count = evidence.recording.tokenCount
    let budget =
      expected.budget > 0
      ? TokenBudget(tokens: expected.budget, tokenCount: count)
      : TokenBudget(compressionRatio: expected.ratio, tokenCount: count)
    return try Policy(parsing: expected.policy).evict(
      evidence, budget: budget, granularity: expected.granularity
    ).kept.positions
  }
}
