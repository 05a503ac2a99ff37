import ArgumentParser
import Evaluation
import Eviction
import Exploration

/// `laq-tui eval show`.
struct EvalShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print the table or the heatmaps of results, and write them as CSV or SVG."
  )

  @Argument(help: "A file of results, .json.")
  var file: String

  @Option(
    name: .customLong("policy"),
    help: "A policy to show; may be given several times. Default: all that were run.",
    transform: { try PolicyElsewhere.policy($0) ?? Policy(parsing: $0) })
  var policies: [Policy] = []

  @Option(
    name: .customLong("budget"),
    help: "A budget to show; may be given several times. Default: all that were run.",
    transform: Budget.init(parsing:))
  var budgets: [Budget] = []

  @OptionGroup var output: EvalOutput

  func run() {
    do {
      let results = try EvaluationResults(contentsOf: file).selecting(policies: policies, budgets: budgets)
      try EvalReport(results, output).show()
    } catch {
      Console.end(error, status: 1)
    }
  }
}
