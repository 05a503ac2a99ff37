import Eviction

/// The best member of each family of policies that differ in one setting, at each budget: what a policy is
/// worth as a baseline hangs on a number that its paper chose for other prompts.
package struct SweepBest: Sendable {
  /// A family's best at a budget.
  package struct Entry: Sendable {
    /// The family.
    package let family: PolicySweepFamily
    /// The budget.
    package let budget: Budget
    /// The best member.
    package let best: Policy
    /// Its mean over the groups.
    package let mean: Double
    /// The mean of the member with the default setting, where it was run.
    package let standard: Double?
  }

  /// In the order of policies and budgets.
  package let entries: [Entry]

  /// Looks for families.
  /// - Parameters:
  ///   - mean: a column's mean over all that is compared; `nil` where there is none.
  ///   - choices: what the columns' kept sets were made of; a member that chose nothing by score is no
  ///     candidate.
  package init(
    policies: [Policy], budgets: [Budget], choices: [EvaluationSummary.Column: ChoiceSummary],
    mean: (EvaluationSummary.Column) -> Double?
  ) {
    entries = PolicySweepFamily.all(policies).flatMap { family in
      budgets.compactMap { budget in
        let candidates = family.members.compactMap { policy -> (policy: Policy, mean: Double)? in
          let column = EvaluationSummary.Column(policy, budget)
          guard choices[column]?.choosesNothing != true, let mean = mean(column) else { return nil }
          return (policy, mean)
        }
        // The first of equal ones; where all are equal, none is best.
        guard Set(candidates.map(\.mean)).count > 1, let best = candidates.max(by: { $0.mean < $1.mean }),
          let first = candidates.first(where: { $0.mean == best.mean })
        else { return nil }
        let standard = family.standard.flatMap { mean(EvaluationSummary.Column($0, budget)) }
        return Entry(family: family, budget: budget, best: first.policy, mean: first.mean, standard: standard)
      }
    }
  }

  /// What stands behind a policy's name in tables: of which settings it is the best at that budget.
  package func mark(_ column: EvaluationSummary.Column) -> String {
    let keys = entries.filter { $0.best == column.policy && $0.budget == column.budget }.map(\.family.key)
    return keys.isEmpty ? "" : " (best \(keys.joined(separator: ", ")))"
  }

  /// A sentence for each; means in per cent.
  package var sentences: [String] {
    guard !entries.isEmpty else { return [] }
    func cent(_ value: Double) -> String {
      let tenths = Int((1000 * value).rounded())
      return "\(tenths / 10).\(tenths % 10)"
    }
    return entries.map { entry in
      let others = entry.family.members.count
      let beside =
        entry.best == entry.family.standard
        ? "the default"
        : entry.standard.map { "the default \(entry.family.standard?.name ?? ""): \(cent($0))" }
          ?? "the default was not run"
      return
        "best of \(others) \(entry.family.key) at \(entry.budget): \(entry.best.name), \(cent(entry.mean)); \(beside)"
    } + ["The best is chosen by these very prompts, which favours it."]
  }
}
