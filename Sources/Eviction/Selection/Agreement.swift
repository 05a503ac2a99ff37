import Transformer

/// How well a kept set covers what the true decode queries attend to (laq.md, last section).
public struct Agreement: Sendable, Hashable {
  /// `|kept ∩ T| / |T|`, T being the top tokens of the decode attention, as many as the budget allows each
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
    let best = Set(Selection.select(from: mass, protected: [], budget: budget))
    recall = best.isEmpty ? 1 : Double(kept.count { best.contains($0) }) / Double(best.count)
    let total = mass.reduce(0) { $0 + Double($1) }
    massRecall = total > 0 ? kept.reduce(0) { $0 + Double(mass[$1]) } / total : 1
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
