/// Shares that a person gives layer by layer, as kvpress' PerLayerCompression: the typed numbers are
/// compression ratios, the part of the tokens that goes. The last one stands for all layers that follow; the
/// budget is not looked at.
package struct RatiosAllocation: Allocation, Hashable {
  /// The part of the tokens that each layer evicts, from 0 up to but not including 1.
  package let ratios: [Double]

  /// Makes the allocation.
  package init(ratios: [Double]) { self.ratios = ratios }

  package func shares(_ input: AllocationInput) -> Shares {
    .layers(
      (0..<input.scores.layerCount).map { layer in
        let ratio = ratios.indices.contains(layer) ? ratios[layer] : ratios.last ?? 0
        return TokenBudget(compressionRatio: ratio, tokenCount: input.tokenCount).tokens
      })
  }
}
