import ArgumentParser
import Evaluation
import Exploration

/// `laq-tui eval merge`.
struct EvalMerge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Put the rows of shards together: the same results as from one machine.")

  @Argument(help: "The shards' .jsonl files.")
  var files: [String]

  @Option(name: .customLong("to"), help: "The file of results, .json.")
  var target: String

  @Flag(help: "Replace the file if it is there.")
  var force = false

  @OptionGroup var output: EvalOutput

  func run() {
    do {
      try AtomicFile.check(target, replacing: force)
      let results = try EvaluationResults(merging: files)
      try output.check(suite: results.plan.suite)
      try results.write(to: target, replacing: force)
      try EvalReport(results, output).show()
    } catch {
      Console.end(error, status: 1)
    }
  }
}
