import Eviction

/// What the rows of `ConsistencySuite` come to: means over texts and heads, for each policy and budget, and
/// layer by layer.
package struct ConsistencySummary: Sendable {
  /// A policy at a budget.
  package struct Point: Sendable {
    /// The budget that was asked for.
    package let budget: Budget
    /// Prompt tokens that the heads kept, on average.
    package let keptTokens: Double
    /// What the kept sets were made of.
    package let choice: ChoiceSummary
    /// The means over all texts and heads.
    package let means: [ConsistencySuite.Measure: Double]
    /// The means over all texts and the heads of a layer, `[layer]`.
    package let layers: [ConsistencySuite.Measure: [Double]]
    /// The means over all heads at each decode row alone; none in results of versions that did not measure
    /// it.
    package let steps: [ConsistencySuite.Measure: StepMeans]
  }

  /// A policy's points in the plan's order of budgets.
  package struct Line: Sendable {
    /// The policy.
    package let policy: Policy
    /// One per budget at which it has figures.
    package let points: [Point]
  }

  /// One per policy of the plan.
  package let lines: [Line]
  /// What hangs on no policy: the window's cosine and the decode attention's own, over all texts and heads.
  package let means: [ConsistencySuite.Measure: Double]
  /// The same layer by layer, `[layer]`.
  package let layers: [ConsistencySuite.Measure: [Double]]
  /// The same by decode steps.
  package let steps: [ConsistencySuite.Measure: StepMeans]
  /// The rows of the window that hangs on no policy; `nil` in results of versions that did not say.
  package let windowSize: Int?
  /// The texts that were measured.
  package let textCount: Int
  /// The model's name.
  package let modelName: String

  /// Sums results up; rows of other suites have no figures.
  package init(_ results: EvaluationResults) {
    let rows = results.rows.filter { $0.unavailable == nil }
    textCount = rows.count
    modelName = results.plan.model.name
    func outcomes(_ policy: Policy, _ budget: Budget?) -> [Outcome] {
      rows.compactMap { $0.outcome(policy, budget) }.filter { $0.unavailable == nil }
    }
    let layerCount =
      rows.lazy.compactMap { $0.outcomes.first?.series[ConsistencySuite.shapeKey]?.first }.first.map {
        Int($0)
      } ?? 0
    lines = results.plan.settings.policies.map { policy in
      Line(
        policy: policy,
        points: results.plan.settings.budgets.compactMap { budget in
          let found = outcomes(policy, budget)
          guard !found.isEmpty else { return nil }
          return Point(
            budget: budget, keptTokens: Self.mean(found.compactMap(\.keptTokens)) ?? 0,
            choice: ChoiceSummary(found), means: Self.means(found),
            layers: Self.layers(found, layerCount: layerCount), steps: Self.steps(found))
        })
    }
    let full = Policy("full").map { outcomes($0, nil) } ?? []
    windowSize = full.lazy.compactMap { $0.scores[ConsistencySuite.windowKey] }.first.map { Int($0) }
    means = Self.means(full)
    layers = Self.layers(full, layerCount: layerCount)
    steps = Self.steps(full)
  }

  /// A cosine as it is shown: without the sinks, but of results of versions that left none out.
  package func shown(_ cosine: ConsistencySuite.Measure) -> ConsistencySuite.Measure {
    leavesSinksOut ? cosine.withoutSinks : cosine
  }

  /// Whether the cosines that are shown are without the sinks.
  package var leavesSinksOut: Bool { means[.decodeCosineWithoutSinks] != nil }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  private static func means(_ outcomes: [Outcome]) -> [ConsistencySuite.Measure: Double] {
    Dictionary(
      uniqueKeysWithValues: ConsistencySuite.Measure.allCases.compactMap { measure in
        mean(outcomes.compactMap { $0.scores[measure.rawValue] }).map { (measure, $0) }
      })
  }

  private static func steps(_ outcomes: [Outcome]) -> [ConsistencySuite.Measure: StepMeans] {
    Dictionary(
      uniqueKeysWithValues: ConsistencySuite.Measure.allCases.compactMap { measure in
        let texts = outcomes.compactMap { $0.series[measure.stepKey] }.filter { !$0.isEmpty }
        return texts.isEmpty ? nil : (measure, StepMeans(texts))
      })
  }

  private static func layers(_ outcomes: [Outcome], layerCount: Int) -> [ConsistencySuite.Measure: [Double]] {
    Dictionary(
      uniqueKeysWithValues: ConsistencySuite.Measure.allCases.compactMap { measure in
        let heads = outcomes.compactMap { $0.series[measure.rawValue] }.filter { !$0.isEmpty }
        guard !heads.isEmpty, layerCount > 0 else { return nil }
        return (
          measure,
          (0..<layerCount).map { layer in
            mean(
              heads.flatMap { values in
                values[layer * values.count / layerCount..<(layer + 1) * values.count / layerCount]
              }) ?? 0
          }
        )
      })
  }
}
