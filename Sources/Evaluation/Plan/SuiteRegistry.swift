/// Every suite that this program has; results of others are shown, but their cases are not made again.
package enum SuiteRegistry {
  /// All suites, in the order of help.
  package static let all: [any EvaluationSuite.Type] = [
    NeedleSuite.self, RetrievalSuite.self, LongBenchSuite.self, ConsistencySuite.self,
  ]

  /// The suite that a plan describes.
  /// - Throws: `EvaluationError.unknownSuite`, and what the suite throws for options without meaning.
  package static func suite(of plan: EvaluationPlan) throws -> any EvaluationSuite {
    guard let type = all.first(where: { $0.name == plan.suite }) else {
      throw EvaluationError.unknownSuite(plan.suite, known: all.map { $0.name })
    }
    return try type.init(options: plan.options)
  }
}
