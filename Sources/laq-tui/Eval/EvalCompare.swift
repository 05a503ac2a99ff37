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
      guard results[0].plan.suite == results[1].plan.suite else {
        throw EvaluationError.unlike(
          first, second, difference: "the suite is \(results[0].plan.suite) there and \(results[1].plan.suite) here")
      }
      let suite = SuiteRegistry.all.first { $0.name == results[0].plan.suite }
      let summaries = results.map { EvaluationSummary($0, score: score ?? suite?.primaryScore ?? "exact") }
      print(EvaluationComparison(summaries[0], summaries[1]).text, terminator: "")
    } catch {
      Console.end(error, status: 1)
    }
  }
}
