import Transformer

/// How well a kept set covers what the true decode queries attend to (laq.md, last section).
public struct Agreement: Sendable, Hashable {
  /// Of one query head `|kept ∩ T| / |T|`, T being the top tokens of the decode attention, as many as the budget allows each
  /// head: a head that keeps nothing has a recall of 0, and one that keeps more than its share can cover no
  /// more than T.
  public let recall: Double
  /// The share of the decode queries' softmax mass over the prompt that falls on kept tokens.
  public let massRecall: Double

  /// Takes what was measured before.
  package init(recall: Double, massRecall: Double) {
    (self.recall, self.massRecall) = (recall, massRecall)
  }

  /// Measures one query head.
  /// - Parameters:
  ///   - kept: the positions that the head reads.
  ///   - mass: attention mass of the decode queries per prompt token, `[tokenCount]`.
  ///   - budget: tokens that a head keeps on average, whatever an allocation gave this one.
  public init(kept: [Int], mass: [Float], budget: Int) {
    self = TopTokens(of: mass, budget: budget).agreement(with: kept)
  }
}

/// The tokens that some attention falls on most, with which kept sets are compared.
package struct TopTokens {
  private let mass: [Float]
  private let total: Double
  private let isTop: [Bool]
  private let count: Int

  /// Takes as many as the budget.
  /// - Parameter mass: attention per prompt token.
  package init(of mass: [Float], budget: Int) {
    self.mass = mass
    total = mass.reduce(0) { $0 + Double($1) }
    let best = Selection.select(from: mass, protected: [], budget: budget)
    var isTop = [Bool](repeating: false, count: mass.count)
    for token in best { isTop[token] = true }
    (self.isTop, count) = (isTop, best.count)
  }

  /// What a kept set has of them, and of the attention.
  package func agreement(with kept: [Int]) -> Agreement {
    Agreement(
      recall: count == 0 ? 1 : Double(kept.count { isTop[$0] }) / Double(count),
      massRecall: total > 0 ? kept.reduce(0) { $0 + Double(mass[$1]) } / total : 1)
  }
}

extension HeadTable {
  /// The highest mean recall that any choice reaches which keeps so many tokens in a head on average.
  ///
  /// Query heads that share a kept set have top tokens of their own, and a set can hold all of them only where
  /// they are the same. Each kept token serves as many query heads of its set as have it among their top
  /// tokens; the best choice takes those that serve the most, wherever they are.
  /// - Parameter budget: tokens that a head keeps on average.
  public func recallCeiling(_ granularity: Granularity, shape: ModelShape, budget: Int) -> Double {
    guard granularity == .kvHead, shape.groupSize > 1, budget > 0 else { return 1 }
    let served = ScoreTable.inParallel(count: layerCount * shape.kvHeadCount, work: .max) { index in
      let (layer, kvHead) = (index / shape.kvHeadCount, index % shape.kvHeadCount)
      var heads: [Int: Int] = [:]
      for head in shape.queryHeads(of: kvHead) {
        for token in Selection.select(from: self[layer, head], protected: [], budget: budget) {
          heads[token, default: 0] += 1
        }
      }
      var tokens = [Int](repeating: 0, count: shape.groupSize + 1)
      for count in heads.values { tokens[count] += 1 }
      return tokens
    }
    var (room, reached, wanted) = (served.count * budget, 0, 0)
    for count in stride(from: shape.groupSize, to: 0, by: -1) {
      let tokens = served.reduce(0) { $0 + $1[count] }
      reached += min(room, tokens) * count
      room -= min(room, tokens)
      wanted += tokens * count
    }
    return wanted > 0 ? Double(reached) / Double(wanted) : 1
  }
}

extension KeptTokens {
  /// How well the kept sets cover the decode attention, `[layer][queryHead]`, all heads in parallel.
  /// - Parameters:
  ///   - mass: attention mass of the decode queries, in every query head.
  ///   - budget: tokens that a head keeps on average.
  public func agreement(withMass mass: HeadTable, budget: Int) -> [[Agreement]] {
    let heads = mass.headCount
    let work = mass.layerCount * heads * tokenCount * 16
    let all = ScoreTable.inParallel(count: mass.layerCount * heads, work: work) { index in
      Agreement(
        kept: positions(layer: index / heads, queryHead: index % heads),
        mass: mass[index / heads, index % heads], budget: budget)
    }
    return (0..<mass.layerCount).map { Array(all[$0 * heads..<($0 + 1) * heads]) }
  }
}
