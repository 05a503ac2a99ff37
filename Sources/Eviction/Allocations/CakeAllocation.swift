import Transformer

/// CAKE's layer budgets (Qin et al. 2025, arXiv 2503.12491): in proportion to `CakePreference`.
///
/// The observed rows are those of the scorer in use, for LAQ its lookahead and local rows; where a scorer
/// observes none, those of the prompt's last 32 tokens. Without the protected tokens, layer l gets `P_l / ΣP
/// · (B − W) · L`, rounded down. What exceeds `n − W` goes in equal shares to the layers below it, and so
/// does what rounding left over: the total is exactly `B · L`. The authors' cascade, which divides anew after
/// each layer of the prefill, ends in the same numbers up to rounding. (They evict only beyond `B + W`
/// tokens; here, as under every allocation, beyond B.)
package struct CakeAllocation: Allocation, Hashable {
  /// τ1, the temperature of the dispersion.
  package let dispersionTemperature: Double
  /// τ2, the temperature of the shift.
  package let shiftTemperature: Double

  /// The window of scorers that observe no rows.
  static let window = 32

  /// Makes the allocation.
  package init(dispersionTemperature: Double = 1, shiftTemperature: Double = 1) {
    self.dispersionTemperature = dispersionTemperature
    self.shiftTemperature = shiftTemperature
  }

  package var observedTokens: Int? { Self.window }

  package func shares(_ input: AllocationInput) throws -> Shares {
    guard input.isDivisible else { return input.uniform }
    let recording = input.evidence.recording
    let own = try input.scorer.observation(input.evidence)
    let observation = own ?? .window(Self.window, of: recording)
    let shape = recording.shape
    let elements = shape.layerCount * shape.queryHeadCount * observation.rows.count * input.tokenCount
    let preferences = try ScoreTable.inParallel(
      count: shape.layerCount, work: elements * shape.headDimension, stopsWhenCancelled: false
    ) { layer in
      CakePreference(recording, observation, layer: layer).value(dispersionTemperature, shiftTemperature)
    }
    let free = input.budget.tokens - input.protectedCount
    let divided = Self.divide(
      free * preferences.count, by: preferences, limit: input.tokenCount - input.protectedCount)
    return .layers(divided.map { $0 + input.protectedCount })
  }

  /// Divides a total in proportion to some weights; equal parts where there are none.
  /// - Parameter limit: the most that a part takes.
  static func divide(_ total: Int, by weights: [Double], limit: Int) -> [Int] {
    let sum = weights.reduce(0, +)
    var parts = weights.map { weight in
      sum > 0 ? Int(weight / sum * Double(total)) : total / weights.count
    }
    let excess = parts.reduce(0) { $0 + max(0, $1 - limit) }
    parts = parts.map { min($0, limit) }
    spread(excess, over: &parts, limit: limit)
    spread(total - parts.reduce(0, +), over: &parts, limit: limit)
    return parts
  }

  /// Adds an amount, or takes it away where it is negative, in equal shares; the remainder one each from the
  /// first on.
  private static func spread(_ amount: Int, over parts: inout [Int], limit: Int) {
    let sign = amount.signum()
    var left = abs(amount)
    while left > 0 {
      let room = parts.map { sign > 0 ? limit - $0 : $0 - 1 }
      let open = parts.indices.filter { room[$0] > 0 }
      guard !open.isEmpty else { return }
      let (share, remainder) = left.quotientAndRemainder(dividingBy: open.count)
      for (index, part) in open.enumerated() {
        // What does not fit goes round again.
        let given = min(share + (index < remainder ? 1 : 0), room[part])
        parts[part] += sign * given
        left -= given
      }
    }
  }
}
