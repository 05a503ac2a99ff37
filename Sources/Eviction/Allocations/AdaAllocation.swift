/// Ada-KV (Feng et al. 2024, arXiv 2407.11550): the heads of a layer compete for the layer's tokens.
///
/// A layer keeps as many tokens as under a uniform budget B, the best of all its heads' scores; a part of the
/// budget is safe in every head.
package struct AdaAllocation: Allocation, Hashable {
  /// Whose arithmetic is followed.
  package enum Style: String, Sendable, Hashable, CaseIterable {
    /// kvpress: `safe = Int(B · floor)`, at least 1, each head's best and the protected among them; the rest
    /// of the layer's `heads · B` go to the best other scores. The layer's total is exact.
    case kvpress
    /// The authors' code: without the window, `C = B − W`. Heads win `c` of `heads · C` tokens, and keep
    /// `round(c · (1 − floor) + Int(C · floor)) + W`, half to even in f32; the layer's total may drift by
    /// half a token per head. A head's scores are first multiplied by the share of their sum that the best C
    /// hold.
    case authors
  }

  /// The part of the budget that no head loses, 0 to 1.
  package let floor: Double
  /// Whose arithmetic is followed.
  package let style: Style

  /// Makes the allocation.
  package init(floor: Double = 0.2, style: Style = .kvpress) {
    self.floor = floor
    self.style = style
  }

  package func shares(_ input: AllocationInput) throws -> Shares {
    guard input.isDivisible else { return input.uniform }
    return .heads(
      try ScoreTable.inParallel(
        count: input.scores.layerCount,
        work: input.scores.layerCount * input.scores.headCount * input.tokenCount * 64,
        stopsWhenCancelled: false
      ) { layer in
        style == .kvpress ? kvpress(input, layer: layer) : authors(input, layer: layer)
      })
  }

  /// Tokens that are safe in every head before the protected ones are counted in.
  func safeCount(budget: Int) -> Int {
    guard floor > 0, budget > 0 else { return 0 }
    return max(1, Int(Double(budget) * floor))  // kvpress: rounded down, but at least one
  }

  private func kvpress(_ input: AllocationInput, layer: Int) -> [Int] {
    let (scores, budget) = (input.scores, input.budget.tokens)
    let safe = max(input.protectedCount, safeCount(budget: budget))
    let heads = (0..<scores.headCount).map { head in
      scores.contenders(layer: layer, head: head, withoutBest: safe - input.protectedCount)
    }
    return Competition.counts(winners: heads.count * (budget - safe), among: heads).map { $0 + safe }
  }

  private func authors(_ input: AllocationInput, layer: Int) -> [Int] {
    let capacity = input.budget.tokens - input.protectedCount
    let heads = (0..<input.scores.headCount).map { head in
      let free = input.scores.contenders(layer: layer, head: head, withoutBest: 0).sorted(by: >)
      let sum = free.reduce(0, +)
      let weight = sum > 0 ? free.prefix(capacity).reduce(0, +) / sum : 1
      return free.map { $0 * weight }
    }
    let safe = Float(Int(Double(capacity) * floor))
    return Competition.counts(winners: heads.count * capacity, among: heads).map { won in
      let kept = (Float(won) * Float(1 - floor) + safe).rounded(.toNearestOrEven)
      return min(input.tokenCount, Int(kept) + input.protectedCount)
    }
  }
}
