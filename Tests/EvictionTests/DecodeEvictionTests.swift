import Testing
import Transformer

@testable import Eviction

/// What stays of a cache that is reduced while it grows.
@Suite struct DecodeEvictionTests {
  /// A head of two query heads that holds 12 tokens; the newest four have queries.
  static let head: Recording = {
    let random = RandomEvidence(
      shape: ModelShape(layerCount: 1, queryHeadCount: 2, kvHeadCount: 1, headDimension: 8), tokenCount: 12,
      seed: 3)
    let queries = random.queries[0].flatMap { $0[(8 * 8)...] }
    return Recording(
      shape: random.shape, tokenCount: 12, firstQueryPosition: 8,
      layers: [
        LayerRecording(
          queries: queries, keys: random.keys[0][0], values: random.keys[0][0],
          logSumExp: Array(repeating: .nan, count: 24))
      ], lastLogits: [])
  }()

  func rule(_ name: String, budget: Int = 100) throws -> DecodeEviction {
    try #require(try Policy(parsing: name).decoding(for: PromptFacts(budget: budget)))
  }

  @Test func theNewestQueriesChoose() throws {
    let rule = try rule("snapkv(w=4,pool=none)+decode(keep=7)")
    #expect(rule.every == 32 && rule.keep == 7 && !rule.addsUp)
    let (kept, received) = try rule.choose(Self.head, received: [])
    #expect(received.isEmpty)
    // The same by hand: the last four rows' attention, summed over rows and query heads.
    var sums = [Float](repeating: 0, count: 12)
    for queryHead in 0..<2 {
      for position in 8..<12 {
        let row = Self.head.attention(layer: 0, queryHead: queryHead, row: .prompt(position: position))
        #expect(abs(row.reduce(0, +) - 1) < 1e-5)
        #expect(row[(position + 1)...].allSatisfy { $0 == 0 })
        for key in 0..<8 { sums[key] += row[key] }
      }
    }
    let best = (0..<8).sorted { sums[$0] > sums[$1] }.prefix(3)
    #expect(kept == (best + [8, 9, 10, 11]).sorted())
  }

  @Test func streamingKeepsItsSinksAndTheNewest() throws {
    #expect(
      try rule("streaming(sinks=2)+decode(keep=5)").choose(Self.head, received: []).kept == [0, 1, 9, 10, 11])
  }

  @Test func sumsGoOnForHeavyHitters() throws {
    let rule = try rule("h2o+decode(every=1,keep=6)")
    #expect(rule.every == 1 && rule.addsUp)
    // A token that received much before stays, whatever the newest queries say.
    var before = [Float](repeating: 0, count: 8)
    before[2] = 50
    let (kept, received) = try rule.choose(Self.head, received: before)
    #expect(kept.count == 6 && kept.contains(2))
    #expect(Array(kept.suffix(3)) == [9, 10, 11])
    #expect(received.count == 6)
    // Nothing gets lost: with room for all, four rows have given one each, the mean over the heads.
    let all = try self.rule("h2o+decode(every=1,keep=12)").choose(Self.head, received: before)
    #expect(all.kept == Array(0..<12))
    #expect(abs(all.received.reduce(0, +) - 54) < 1e-4)
  }

  @Test func smallHeadsAreLeftAlone() throws {
    for name in ["snapkv", "h2o", "streaming", "cake"] {
      #expect(try rule("\(name)+decode").choose(Self.head, received: []).kept == Array(0..<12))
    }
  }

  /// A number of its own would never be reached under a small budget.
  @Test func whatStaysFollowsTheBudget() throws {
    #expect(try rule("snapkv+decode", budget: 48).keep == 48)
    #expect(try rule("snapkv+decode(keep=B/3)", budget: 48).keep == 16)
    #expect(try rule("snapkv+decode(keep=256)", budget: 48).keep == 256)
    #expect(try Policy(parsing: "h2o+decode(every=1,keep=b)").name == "h2o+decode(every=1)")
    #expect(throws: PolicyNameError.self) { try Policy(parsing: "h2o+decode(keep=question)") }
    // The observing window is a part of what stays, not of the prompt's budget.
    let kept = try rule("snapkv+decode(keep=6)", budget: 90).choose(Self.head, received: []).kept
    #expect(kept == (try rule("snapkv(w=2)+decode(keep=6)").choose(Self.head, received: []).kept))
  }

  @Test func whoCannotFollowSaysSo() throws {
    #expect(try !Policy(parsing: "snapkv").evictsWhileDecoding)
    let error = #expect(throws: PolicyNameError.self) { try Policy(parsing: "laq+decode") }
    #expect(error?.description.contains("while tokens are decoded") == true)
  }
}
