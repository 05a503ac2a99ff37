import Foundation
import Testing
import Transformer

@testable import Eviction

/// Twelve tokens, two query heads on one KV head, two lookahead rows: every number can be checked by hand.
///
/// A key is `√2 · (ln a, ln b)`. The first lookahead row asks for `a` in head 0 and for `b` in head 1, so its
/// attention is `a / Σa` and `b / Σb`, both sums 16; the second row asks for nothing and spreads 1/12.
///
///     position     0  1  2  3  4  5  6  7  8  9 10 11
///     a            1  1  1  4  1  1  1  1  1  1  2  1
///     b            1  1  1  1  1  1  1  1  5  1  1  1
///     sum, head 0  7  7  7 16  7  7  7  7  7  7 10  7   / 48   (1/16 + 1/12 = 7/48)
///     sum, head 1  7  7  7  7  7  7  7  7 19  7  7  7   / 48
///     pool, head 0 7  7 16 16 16  7  7  7  7 10 10 10   / 48
///     pool, head 1 7  7  7  7  7  7  7 19 19 19  7  7   / 48
///     group mean  14 14 23 23 23 14 14 26 26 29 17 17   / 96
@Suite struct HandMadeTests {
  static let evidence: Evidence = {
    let shape = ModelShape(layerCount: 1, queryHeadCount: 2, kvHeadCount: 1, headDimension: 2)
    // [position][dimension], √2 · ln 4 and so on
    var keys = [Float](repeating: 0, count: 24)
    keys[3 * 2] = 1.960_516_3
    keys[10 * 2] = 0.980_258_1
    keys[8 * 2 + 1] = 2.276_090_2
    let layer = LayerRecording(
      queries: Array(repeating: 0, count: 48), keys: keys, values: Array(repeating: 0, count: 24),
      // The prompt's own queries ask for nothing, either.
      logSumExp: (0..<24).map { log(Float($0 % 12 + 1)) })
    var rows = QueryRows(shape: shape)
    rows.append([[1, 0, 0, 1]], position: 12)
    rows.append([[0, 0, 0, 0]], position: 13)
    return Evidence(
      recording: Recording(shape: shape, tokenCount: 12, layers: [layer], lastLogits: []), lookahead: rows,
      decode: rows)
  }()

  func table(_ name: String, _ granularity: Granularity) throws -> ScoreTable {
    try #require(
      try Policy(parsing: name).evict(Self.evidence, budget: 5, granularity: granularity).scores)
  }

  func kept(_ name: String, budget: Int, _ granularity: Granularity) throws -> [[Int]] {
    try Policy(parsing: name).evict(Self.evidence, budget: budget, granularity: granularity).kept.positions[0]
  }

  func expect(_ scores: [Float], _ numerators: [Int], over denominator: Float) {
    let expected = numerators.map { Float($0) / denominator }
    #expect(zip(scores, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(scores.map { $0 * denominator })")
    #expect(scores.count == expected.count)
  }

  @Test func attentionIsSummedOverRows() throws {
    let heads = try table("laq(pool=none)", .queryHead).layers[0]
    expect(heads[0], [7, 7, 7, 16, 7, 7, 7, 7, 7, 7, 10, 7], over: 48)
    expect(heads[1], [7, 7, 7, 7, 7, 7, 7, 7, 19, 7, 7, 7], over: 48)
  }

  @Test func sumsArePooled() throws {
    let heads = try table("laq(kernel=3)", .queryHead).layers[0]
    expect(heads[0], [7, 7, 16, 16, 16, 7, 7, 7, 7, 10, 10, 10], over: 48)
    expect(heads[1], [7, 7, 7, 7, 7, 7, 7, 19, 19, 19, 7, 7], over: 48)
  }

  @Test func averagePoolingCountsZerosBeyondTheEdge() throws {
    let heads = try table("laq(kernel=3,pool=avg)", .queryHead).layers[0]
    expect(heads[0], [14, 21, 30, 30, 30, 21, 21, 21, 21, 24, 24, 17], over: 144)
  }

  @Test func groupMeanFollowsPooling() throws {
    let scores = try table("laq(kernel=3)", .kvHead).layers[0][0]
    expect(scores, [14, 14, 23, 23, 23, 14, 14, 26, 26, 29, 17, 17], over: 96)
    // Pooled after the mean, 9 would be no better than 7.
    #expect(try kept("laq(kernel=3)", budget: 1, .kvHead) == [[9]])
  }

  @Test func tiesGoToTheLowerPosition() throws {
    #expect(try kept("laq(kernel=3)", budget: 5, .kvHead) == [[2, 3, 7, 8, 9]])
    #expect(try kept("laq(kernel=3)", budget: 5, .queryHead) == [[2, 3, 4, 9, 10], [0, 1, 7, 8, 9]])
  }

  @Test func ranksFollowTheSelection() throws {
    let table = try table("laq(kernel=3)", .kvHead)
    #expect([9, 7, 8, 2, 3, 4, 10, 11, 0].map { table.rank(of: $0, layer: 0, head: 0) } == Array(1...9))
  }

  @Test func theReferenceMaskHidesTheNewestKeys() throws {
    // Two rows: the first may not see position 11, so it divides by 15; position 11 has the second row's 1/12
    // only.
    let scores = try table("laq(pool=none,mask=reference)", .queryHead).layers[0][0]
    expect(scores, [9, 9, 9, 21, 9, 9, 9, 9, 9, 9, 13, 5], over: 60)
  }

  @Test func aLocalWindowIsKeptAndNotPooledFrom() throws {
    // The last two rows of the prompt ask for nothing: 1/11 and 1/12 for every key that they see. The peak
    // at 10 is inside the window and lends nothing to 9.
    let scores = try table("laq(w2=2,kernel=3)", .queryHead).layers[0][0]
    #expect(scores[9] == scores[0])
    #expect(try kept("laq(w2=2,kernel=3)", budget: 5, .queryHead)[0] == [2, 3, 4, 10, 11])
  }

  @Test func agreementCountsTokensAndMass() {
    let mass: [Float] = [4, 1, 0, 3, 0, 2]
    let agreement = Agreement(kept: [0, 1, 5], mass: mass, budget: 3)  // the best three are 0, 3, 5
    #expect(agreement.recall == 2.0 / 3)
    #expect(agreement.massRecall == 0.7)
    #expect(Agreement(kept: [0, 3, 5], mass: mass, budget: 3).recall == 1)
    #expect(Agreement(kept: [2, 4], mass: mass, budget: 2).massRecall == 0)
    #expect(Agreement(kept: Array(0..<6), mass: mass, budget: 9).recall == 1)
    #expect(Agreement(kept: Array(0..<6), mass: mass, budget: 9).massRecall == 1)
  }

  @Test func recallIsMeasuredAtTheBudgetWhateverAHeadKeeps() {
    let mass: [Float] = [4, 1, 0, 3, 0, 2]
    #expect(Agreement(kept: [], mass: mass, budget: 3).recall == 0)
    #expect(Agreement(kept: [0], mass: mass, budget: 3).recall == 1.0 / 3)
    #expect(Agreement(kept: [0, 1, 2, 3, 4], mass: mass, budget: 2).recall == 1)
    #expect(Agreement(kept: [1, 2, 3, 4, 5], mass: mass, budget: 2).recall == 0.5)
  }
}
