/// One prompt of a plan: everything that it takes to make it again.
///
/// A case is one prefill; all policies and budgets of the plan are run from its one recording.
package struct EvaluationCase: Codable, Sendable, Hashable, Identifiable {
  /// A name that no other case of the plan has and that stays the same from plan to plan, as
  /// `needle-1024-30-2`.
  package let id: String
  /// What is asked: a family of tasks, a data set.
  package let task: String
  /// What the prompt is made of besides the plan's options: a length, a depth, a file and its line.
  package let parameters: [String: CaseParameter]
  /// What the case's random choices begin with; `nil` where there are none.
  package let seed: Int?

  /// Describes a case.
  package init(id: String, task: String, parameters: [String: CaseParameter] = [:], seed: Int? = nil) {
    self.id = id
    self.task = task
    self.parameters = parameters
    self.seed = seed
  }
}
