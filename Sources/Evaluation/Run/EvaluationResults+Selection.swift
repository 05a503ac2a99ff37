import Eviction
import Exploration

extension EvaluationResults {
  /// The same results with only some policies and budgets in their tables; the full cache stays, and so do
  /// all rows, with which paired differences are computed.
  /// - Parameters:
  ///   - policies: in the order in which they are shown; all where there are none.
  ///   - budgets: in the order in which they are shown; all where there are none.
  /// - Throws: `EvaluationError.badOption` naming a policy or budget that was not run, and those that were.
  package func selecting(policies: [Policy], budgets: [Budget]) throws -> EvaluationResults {
    var settings = plan.settings
    if !policies.isEmpty {
      settings.policies = try policies.filter { !$0.keepsEverything }.map {
        try Self.found($0, in: settings.policies, option: "--policy") { $0.name }
      }
    }
    if !budgets.isEmpty {
      settings.budgets = try budgets.map {
        try Self.found($0, in: settings.budgets, option: "--budget") { $0.description }
      }
    }
    let plan = try EvaluationPlan(
      suite: plan.suite, program: plan.program, model: plan.model, settings: settings, options: plan.options,
      cases: plan.cases)
    return try EvaluationResults(plan: plan, rows: rows)
  }

  private static func found<Value: Equatable>(
    _ value: Value, in known: [Value], option: String, name: (Value) -> String
  ) throws -> Value {
    guard known.contains(value) else {
      throw EvaluationError.badOption(
        option, expected: "one of " + known.map(name).joined(separator: ", "), found: name(value))
    }
    return value
  }
}
