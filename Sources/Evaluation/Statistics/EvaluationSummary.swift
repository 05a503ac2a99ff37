import Eviction

/// What results come to: the mean of a score for each group of cases, policy and budget, with bootstrap
/// intervals, and the paired differences from one of the policies.
package struct EvaluationSummary: Sendable {
  /// A policy at a budget; `nil` for the budget is the full cache.
  package struct Column: Sendable, Hashable {
    /// The policy.
    package let policy: Policy
    /// The budget.
    package let budget: Budget?

    /// Names a column.
    package init(_ policy: Policy, _ budget: Budget?) {
      self.policy = policy
      self.budget = budget
    }
  }

  /// One mean.
  package struct Cell: Sendable {
    /// The group's name.
    package let group: String
    /// The policy and its budget.
    package let column: Column
    /// The mean, its interval, and of how many cases; `nil` where the policy is unavailable in every case.
    package let score: Estimate?
    /// The mean of the differences from the reference policy at the same budget, case by case; `nil` for that
    /// policy itself and where no case has both.
    package let difference: Estimate?
  }

  /// The score that is averaged.
  package let score: String
  /// Groups in the order in which they come first.
  package let groups: [String]
  /// The full cache, then every policy at every budget.
  package let columns: [Column]
  /// The policy that differences are from.
  package let reference: Policy?
  private let settings: EvaluationSettings
  /// Why some cases have no outcome, with their numbers.
  package let unavailable: [(reason: String, count: Int)]
  /// What each column's kept sets were made of.
  package let choices: [Column: ChoiceSummary]
  private let cells: [String: [Column: Cell]]

  /// Sums results up.
  /// - Parameters:
  ///   - score: a score's name.
  ///   - reference: the policy that the others are compared with.
  ///   - group: a case's group; its task unless given.
  package init(
    _ results: EvaluationResults, score: String, reference: Policy? = Policy("snapkv"),
    bootstrap: Bootstrap = Bootstrap(),
    group: (EvaluationCase) -> String = \.task
  ) {
    self.score = score
    choices = ChoiceSummary.all(results.rows)
    settings = results.plan.settings
    // Of the rows, not of the settings: results of which only some policies are shown still have it.
    let reference = reference.flatMap { policy in
      results.rows.contains { $0.outcomes.contains { $0.policy == policy } } ? policy : nil
    }
    self.reference = reference
    columns = results.plan.columns(of: results.rows)
    groups = results.plan.cases.map(group).withoutRepetitions()
    var values: [String: [Column: [(index: Int, value: Double)]]] = [:]
    var reasons: [String: Int] = [:]
    for (index, (one, row)) in zip(results.plan.cases, results.rows).enumerated() {
      if let unavailable = row.unavailable { reasons[unavailable, default: 0] += 1 }
      for outcome in row.outcomes {
        if let unavailable = outcome.unavailable { reasons[unavailable, default: 0] += 1 }
        guard let value = outcome.scores[score] else { continue }
        values[group(one), default: [:]][Column(outcome.policy, outcome.budget), default: []].append(
          (index, value))
      }
    }
    unavailable = reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
      (reason: $0.key, count: $0.value)
    }
    let cases = results.plan.cases
    func estimate(_ values: [(index: Int, value: Double)]) -> Estimate? {
      bootstrap.estimate(
        clusters: Dictionary(grouping: values) { Self.cluster(cases[$0.index]) }.values
          .sorted { ($0.first?.index ?? 0) < ($1.first?.index ?? 0) }.map { $0.map(\.value) })
    }
    cells = Dictionary(
      uniqueKeysWithValues: values.map { group, columns in
        (
          group,
          Dictionary(
            uniqueKeysWithValues: columns.map { column, values in
              let other = reference.flatMap { $0 == column.policy ? nil : columns[Column($0, column.budget)] }
              let known = Dictionary((other ?? []).map { ($0.index, $0.value) }) { first, _ in first }
              let differences = values.compactMap { one in
                known[one.index].map { (index: one.index, value: one.value - $0) }
              }
              return (
                column,
                Cell(group: group, column: column, score: estimate(values), difference: estimate(differences))
              )
            })
        )
      })
  }

  /// What is equal in cases that differ only in the depth of one fact: their answers come and go together.
  static func cluster(_ one: EvaluationCase) -> String {
    guard one.parameters["depth"] != nil, let seed = one.seed else { return one.id }
    return "\(one.parameters["length"]?.description ?? "") \(seed)"
  }

  /// The best members of families that differ in one setting, by the mean of the groups' means.
  package var sweep: SweepBest {
    SweepBest(policies: settings.policies, budgets: settings.budgets, choices: choices, mean: mean)
  }

  /// The mean of a column's groups, each counting alike.
  private func mean(_ column: Column) -> Double? {
    let means = groups.compactMap { cell($0, column)?.score?.mean }
    return means.isEmpty ? nil : means.reduce(0, +) / Double(means.count)
  }

  /// The mean of a group in a column.
  package func cell(_ group: String, _ column: Column) -> Cell? { cells[group]?[column] }

  /// Whether the full cache itself scores nothing in a group: its model does not do the task, and what a policy
  /// scores there says nothing of the policy.
  package func isBeyondModel(_ group: String) -> Bool {
    columns.first { $0.policy.keepsEverything }.flatMap { cell(group, $0)?.score?.mean } == 0
  }

  /// The sentence that says so of some groups; `nil` for none.
  package func beyondModel(named titles: [String: String] = [:]) -> String? {
    Self.beyondModel(groups.filter(isBeyondModel).map { titles[$0] ?? $0 })
  }

  /// The same of named groups.
  static func beyondModel(_ names: [String]) -> String? {
    names.isEmpty
      ? nil
      : "\(names.joined(separator: ", ")): the full cache itself scores 0, so this model does not do the task, and "
        + "no policy can be judged by it; choose another model, or give it a chat's turns (--chat)"
  }
}

extension EvaluationSettings {
  /// The full cache, then every policy at every budget.
  package var columns: [EvaluationSummary.Column] {
    (Policy("full").map { [.init($0, nil)] } ?? [])
      + policies.flatMap { policy in budgets.map { .init(policy, $0) } }
  }
}
