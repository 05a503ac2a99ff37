/// KVCompose's layer budgets (arXiv 2509.05165): composite tokens of all layers compete.
///
/// Each head orders the tokens by its own scores; the composite token of rank k has the mean of the heads'
/// k-th best scores. Of the composite tokens of all layers the best stay, and every head keeps as many of its
/// own best tokens as its layer has won, at least one. As in kvpress, the first layer's ranks are lifted to
/// the highest of any layer, so that it keeps most; what ties with it goes to it. Where the layers that win
/// nothing, or only what is protected, would make more than the budget of it, kvpress keeps more; here the
/// layers that keep most give it up.
package struct ComposeAllocation: Allocation, Hashable {
  /// Makes the allocation; it has no settings.
  package init() {}

  package func shares(_ input: AllocationInput) -> Shares {
    guard input.isDivisible else { return input.uniform }
    var composites = (0..<input.scores.layerCount).map { layer -> [Float] in
      let ordered = (0..<input.scores.headCount).map { head in
        input.scores.contenders(layer: layer, head: head, withoutBest: 0).sorted(by: >)
      }
      return ScoreTable.mean(ordered[...])
    }
    composites[0] = GroupReduction.max.apply(composites[...])
    let layers = composites.count
    let kept = input.budget.count(of: layers * input.tokenCount)
    let counts = Competition.counts(winners: kept - layers * input.protectedCount, among: composites)
    var shares = counts.map { max(1, $0 + input.protectedCount) }
    for _ in 0..<max(0, shares.reduce(0, +) - max(kept, layers)) {
      guard let largest = shares.indices.max(by: { shares[$0] < shares[$1] }) else { break }
      shares[largest] -= 1
    }
    return .layers(shares)
  }
}
