/// KVzip's non-uniform budget (Kim et al. 2025, arXiv 2505.23416): heads compete for all tokens.
///
/// Of `L · H · n` scores the lowest `Int(L · H · n · r)` go; what a head keeps is what remains of it, which
/// may be nothing but the protected tokens. KVzip then ranks anew within each layer: with the layer's own
/// count this is the same set. The scores of different layers are compared as they are. Within layers, its
/// `layerwise` variant, the lowest `Int(H · n · r)` of each layer go.
package struct GlobalAllocation: Allocation, Hashable {
  /// The heads that compete.
  package enum Scope: String, Sendable, Hashable, CaseIterable {
    /// All of them.
    case model
    /// Those of each layer.
    case layer
  }

  /// The heads that compete.
  package let scope: Scope

  /// Makes the allocation.
  package init(within scope: Scope = .model) { self.scope = scope }

  package func shares(_ input: AllocationInput) -> Shares {
    guard input.isDivisible else { return input.uniform }
    let layers = (0..<input.scores.layerCount).map { layer in
      (0..<input.scores.headCount).map { head in
        input.scores.contenders(layer: layer, head: head, withoutBest: 0)
      }
    }
    guard scope == .model else { return .heads(layers.map { counts(input, among: $0) }) }
    let all = counts(input, among: Array(layers.joined()))
    var start = 0
    return .heads(
      layers.map { layer in
        defer { start += layer.count }
        return Array(all[start..<start + layer.count])
      })
  }

  /// Tokens of each of some heads, the protected among them.
  private func counts(_ input: AllocationInput, among heads: [[Float]]) -> [Int] {
    let kept = input.budget.keptOverall(headCount: heads.count)
    return Competition.counts(winners: kept - heads.count * input.protectedCount, among: heads)
      .map { $0 + input.protectedCount }
  }
}
