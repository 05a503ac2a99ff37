import Eviction

/// What came of one case: a line of the file that grows, an element of the results.
package struct EvaluationRow: Codable, Sendable, Hashable {
  /// The case's name in the plan.
  package let id: String
  /// SHA-256 of all that the model read, as in other exports of the same prompt; `nil` if there was no
  /// prompt.
  package let promptHash: String?
  /// Tokens of the prompt.
  package let promptTokens: Int?
  /// Answers that are right.
  package let references: [String]
  /// The full cache's outcome, then every policy's at every budget, budgets of a policy together.
  package let outcomes: [Outcome]
  /// Why there is no outcome at all.
  package let unavailable: String?

  /// The names in files, of which the last one is older than the property's.
  private enum CodingKeys: String, CodingKey {
    case id, promptHash, promptTokens, references, outcomes, unavailable = "obstacle"
  }

  /// A case that was run.
  package init(_ one: EvaluationCase, prompt: CasePrompt, outcomes: [Outcome]) {
    id = one.id
    promptHash = prompt.prompt.hash
    promptTokens = prompt.prompt.tokens.count
    references = prompt.references
    self.outcomes = outcomes
    unavailable = nil
  }

  /// A case that another program has run.
  init(_ one: EvaluationCase, references: [String], outcomes: [Outcome]) {
    id = one.id
    promptHash = nil
    promptTokens = nil
    self.references = references
    self.outcomes = outcomes
    unavailable = nil
  }

  /// A case that could not be run.
  package init(_ one: EvaluationCase, unavailable: String) {
    id = one.id
    promptHash = nil
    promptTokens = nil
    references = []
    outcomes = []
    self.unavailable = unavailable
  }

  /// The texts of the answers at a budget, the full cache's among them.
  package func answers(at budget: Budget?) -> [Policy: String] {
    let here = outcomes.filter { $0.budget == budget || $0.budget == nil }
    return Dictionary(here.compactMap { one in one.answer.map { (one.policy, $0) } }) { first, _ in first }
  }

  /// The outcome of a policy at a budget; `nil` for the budget is the full cache's.
  package func outcome(_ policy: Policy, _ budget: Budget?) -> Outcome? {
    outcomes.first { $0.policy == policy && $0.budget == budget }
  }
}
