/// KVzip's non-uniform budget (Kim et al. 2025, arXiv 2505.23416): all layers and heads compete for all tokens.
///
/// Of `L · H · n` scores the lowest `Int(L · H · n · r)` go; what a head keeps is what remains of it, which may be nothing
/// but the protected tokens. KVzip then ranks anew within each layer: with the layer's own count this is the same set.
/// The scores of different layers are compared as they are.
public struct GlobalAllocation: Allocation, Hashable {
  /// Makes the allocation; it has no settings.
  public init() {}

  public func shares(_ input: AllocationInput) -> Shares {
    guard input.isDivisible else { return input.uniform }
    let heads = input.scores.layers.indices.flatMap { layer in
      input.scores.layers[layer].indices.map { head in
        input.scores.contenders(layer: layer, head: head, withoutBest: 0)
      }
    }
    let kept = input.budget.keptOverall(headCount: heads.count)
    let counts = Competition.counts(winners: kept - heads.count * input.protectedCount, among: heads)
    var start = 0
    return .heads(
      input.scores.layers.map { layer in
        defer { start += layer.count }
        return counts[start..<start + layer.count].map { $0 + input.protectedCount }
      })
  }
}
