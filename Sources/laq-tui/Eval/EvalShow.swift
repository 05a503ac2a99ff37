import ArgumentParser
import Evaluation

/// `laq-tui eval show`.
struct EvalShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print the table or the heatmaps of results, and write them as CSV or SVG.")

  @Argument(help: "A file of results, .json.")
  var file: String

  @OptionGroup var output: EvalOutput

  func run() {
    do {
      try EvalReport(try EvaluationResults(contentsOf: file), output).show()
    } catch {
      Console.end(error, status: 1)
    }
  }
}
