import Transformer

/// How well a kept set covers what the true decode queries attend to (laq.md, last section).
public struct Agreement: Sendable, Hashable {
  /// `|kept ∩ T| / |T|`, T being the top tokens of the decode attention, as many as are kept.
  public let recall: Double
  /// The share of the decode queries' softmax mass over the prompt that falls on kept tokens.
  public let massRecall: Double

  /// Measures one query head.
  /// - Parameters:
  ///   - kept: the positions that the head reads.
  ///   - mass: attention mass of the decode queries per prompt token, `[tokenCount]`.
  public init(kept: [Int], mass: [Float]) {
    let best = Set(Selection.select(from: mass, protected: [], budget: kept.count))
    recall = best.isEmpty ? 1 : Double(kept.count { best.contains($0) }) / Double(best.count)
    let total = mass.reduce(0) { $0 + Double($1) }
    massRecall = total > 0 ? kept.reduce(0) { $0 + Double(mass[$1]) } / total : 1
  }
}

extension KeptTokens {
  /// How well the kept sets cover the decode attention, `[layer][queryHead]`, all heads in parallel.
  /// - Parameter mass: attention mass of the decode queries, in every query head.
  public func agreement(withMass mass: HeadTable) -> [[Agreement]] {
    let heads = mass.headCount
    let work = mass.layerCount * heads * tokenCount * 16
    let all = ScoreTable.inParallel(count: mass.layerCount * heads, work: work) { index in
      Agreement(
        kept: positions(layer: index / heads, queryHead: index % heads),
        mass: mass[index / heads, index % heads])
    }
    return (0..<mass.layerCount).map { Array(all[$0 * heads..<($0 + 1) * heads]) }
  }
}
