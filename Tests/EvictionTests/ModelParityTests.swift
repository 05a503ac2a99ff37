import Testing
import Transformer

@testable import Eviction

/// On whole models, by this project's own forward pass, policies keep the tokens that kvpress' presses keep
/// in transformers' (`Fixtures/make_models.py` says how they were made).
@Suite struct ModelParityTests {
  @Test(arguments: ModelFixture.names) func keptSetsEqualThoseOfKVPress(_ name: String) throws {
    let fixture = try ModelFixture(name)
    let evidence = try fixture.evidence()
    for expected in fixture.expected {
      let evidence = try #require(evidence[[expected.prompt, expected.tokens]])
      let kept = try Self.kept(expected, evidence).positions
      let sets = fixture.sets(expected.kept, tokens: expected.tokens)
      let open = expected.open.map { fixture.sets($0, tokens: expected.tokens) }
      for layer in sets.indices {
        for head in sets[layer].indices {
          // Tied tokens are as good as each other: what counts is how many of them stay.
          let tied = open?[layer][head] ?? []
          let (mine, theirs) = (Set(kept[layer][head]), sets[layer][head])
          #expect(
            mine.count == theirs.count && mine.subtracting(tied) == theirs.subtracting(tied),
            "\(expected.testDescription), layer \(layer), head \(head)")
        }
      }
    }
  }

  /// Where keys move together, the next token's logits tell whether they moved right.
  @Test(arguments: ModelFixture.names) func logitsBehindMovedKeysEqualThoseOfKVPress(_ name: String) throws {
    let fixture = try ModelFixture(name)
    let evidence = try fixture.evidence()
    for expected in fixture.expected where expected.open == nil {
      guard let logits = expected.logits else { continue }
      let evidence = try #require(evidence[[expected.prompt, expected.tokens]])
      let kept = try Self.kept(expected, evidence)
      let cache = KVCache(
        evidence.recording, keeping: kept,
        rotation: fixture.decoder.keyRotation(tokenCount: expected.tokens, length: kept.longestCount))
      let token = fixture.prompts[expected.prompt][0]
      let found = try fixture.decoder.step([
        LaneInput(cache: cache, token: token, position: kept.longestCount)
      ])[0].logits
      let difference = zip(found, logits).map { abs($0 - $1) }.max() ?? .infinity
      #expect(found.count == logits.count && difference < 1e-3, "\(expected.testDescription)")
    }
  }

  /// What is compared with what, so that a fixture that lost its cases does not pass in silence.
  @Test func fixturesHoldEveryComparison() throws {
    let policies: Set = [
      "knorm", "keydiff", "streaming", "lagkv", "lagkv(sinks=6,lag=32)", "snapkv(style=kvpress)",
      "snapkv(w=16,style=kvpress)", "tova", "observed", "expected",
      "expected(future=64,sinks=2,covariance=off,vnorm=off)", "noncausal", "noncausal(chunk=64)",
      "finch(w=12)",
      "finch(w=12)+rerotate", "cur", "cur(leverage=key)", "cur(leverage=value)", "cur(leverage=average)",
      "cap",
      "cap(tau=1,future=100)", "snapkv(w=16,style=kvpress)/pyramid",
      "snapkv(w=8,style=kvpress)/pyramid(beta=4)",
      "keydiff+rerotate", "knorm/ada", "snapkv(w=4,style=kvpress)/ada", "expected(epsilon=0.01)/ada",
      "snapkv(w=4,style=kvpress)+critical", "expected(vnorm=off)+critical",
      "expected(vnorm=off)/ada+critical",
      "knorm+chunkkv", "keydiff+chunk(size=64)", "expected(sinks=1)+chunk(size=64)", "keydiff+block(size=32)",
      "streaming/simlayer(threshold=0.4,recent=24)",
    ]
    for name in ModelFixture.names {
      let expected = try ModelFixture(name).expected
      #expect(Set(expected.map(\.policy)) == policies)
      for policy in policies {
        let cases = expected.filter { $0.policy == policy }.map { [Double($0.tokens), $0.ratio] }
        #expect(Set(cases).count == 12 && cases.count == 12, "\(policy)")
      }
    }
  }

  private static func kept(_ expected: ModelFixture.Expected, _ evidence: Evidence) throws -> KeptTokens {
    try Policy(parsing: expected.policy).evict(
      evidence, budget: TokenBudget(compressionRatio: expected.ratio, tokenCount: expected.tokens),
      granularity: .kvHead
    ).kept
  }
}
