import Foundation
import Transformer

/// HeadKV's budgets of heads (Fu et al. 2024, arXiv 2410.19258) from a profile that a file holds: each head
/// has a base, and the rest of the pool is shared in proportion to what the profile says of it.
///
/// Of F = B − W tokens that a head has beside its W protected ones, `base = ⌊F · (1 − 1/β)⌋` stay with each
/// head. The pool, F · heads − base · heads over all layers, goes to the heads by `s_h / Σ s`, rounded down;
/// what exceeds `n − W`, and what rounding leaves over, goes in equal shares to the heads that have room. The
/// total is exactly B · heads. A score below 0 counts as 0; if all do, the heads share alike.
///
/// The authors' β is 1.2 by default: a sixth is the base, the rest is the pool.
package struct HeadsAllocation: Allocation, Hashable {
  /// The profile's file.
  package let path: String
  /// What of the profile says how much a head matters.
  package let measure: HeadMeasure
  /// How much of the budget is shared: 1/β of it.
  package let beta: Double

  /// Makes the allocation; the file is read when the budget is divided.
  package init(path: String, measure: HeadMeasure = .retrieval, beta: Double = 1.2) {
    (self.path, self.measure, self.beta) = (path, measure, beta)
  }

  package func shares(_ input: AllocationInput) throws -> Shares {
    let shape = input.evidence.recording.shape
    let weights: [[Double]]
    do {
      let profile = try HeadProfile.remembered(path, measure)
      weights = try profile.scores(of: shape, setCount: input.scores.headCount)
    } catch {
      throw EvidenceError.noProfile(error)
    }
    guard input.isDivisible else { return input.uniform }
    let sets = input.scores.headCount
    let free = input.budget.tokens - input.protectedCount
    let base = min(free, max(0, Int(Double(free) * (1 - 1 / beta))))
    let pool = (free - base) * sets * input.scores.layerCount
    let shared = CakeAllocation.divide(
      pool, by: weights.joined().map { max(0, $0) },
      limit: input.tokenCount - input.protectedCount - base)
    return .heads(
      (0..<input.scores.layerCount).map { layer in
        shared[layer * sets..<(layer + 1) * sets].map { input.protectedCount + base + $0 }
      })
  }
}

extension Policy {
  /// The file of the profile by which the policy divides its budget; `nil` for policies without one.
  public var profilePath: String? {
    (allocation as? HeadsAllocation).map { ($0.path as NSString).expandingTildeInPath }
  }

  /// Looks whether that profile can be used with a model, before anything is computed for it.
  /// - Throws: `HeadProfileError`.
  public func checkProfile(_ shape: ModelShape) throws(HeadProfileError) {
    guard let heads = allocation as? HeadsAllocation else { return }
    _ = try HeadProfile.remembered(heads.path, heads.measure).scores(of: shape, setCount: shape.kvHeadCount)
  }
}

extension Sequence<Policy> {
  /// Looks whether all profiles can be used with a model.
  /// - Throws: `HeadProfileError` of the first that cannot.
  public func checkProfiles(_ shape: ModelShape) throws(HeadProfileError) {
    for policy in self { try policy.checkProfile(shape) }
  }
}
