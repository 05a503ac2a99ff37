import ArgumentParser
import Evaluation
import Eviction

/// `laq-tui eval compare`.
struct EvalCompare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "See whether an evaluation with other seeds says the same.")

  @Argument(help: "Results, .json.")
  var first: String

  @Argument(help: "Results of the same suite with other seeds, .json.")
  var second: String

  @Option(help: "The score that is compared. Default: the suite's own.")
  var score: String?

  func run() {
    do {
      let results = try [first, second].map { try EvaluationResults(contentsOf: $0) }
      if let difference = results[1].plan.differenceBesideSeeds(from: results[0].plan) {
        throw EvaluationError.incomparable(first, second, difference: difference)
      }
      let suite = SuiteRegistry.all.first { $0.name == results[0].plan.suite }
      if let score { for one in results { try EvalReport.check(score, in: one) } }
      let summaries = results.map { EvaluationSummary($0, score: score ?? suite?.primaryScore ?? "exact") }
      let comparison = EvaluationComparison(summaries[0], summaries[1])
      guard !comparison.cells.isEmpty else {
        throw EvaluationError.incomparable(
          first, second, difference: "no policy has answers at the same budget in both")
      }
      Console.show(comparison.text)
    } catch {
      Console.end(error, status: 1)
    }
  }
}
