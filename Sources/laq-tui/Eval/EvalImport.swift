import ArgumentParser
import Evaluation
import Exploration

/// `laq-tui eval import`.
struct EvalImport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take over results of kvpress' evaluations: tables, intervals, paired differences, heatmaps.",
    discussion: """
      DIR is a folder that kvpress was given as --output_dir, or one of those in it: each has config.yaml, \
      predictions.csv and metrics.json, and is a press at a budget. Answers are scored one by one by kvpress' \
      rules; where their mean is not what metrics.json says, that is told.
      """)

  @Argument(help: "A folder of kvpress' results.", completion: .directory)
  var directory: String

  @Option(name: .customLong("to"), help: "The file of results, .json.")
  var target = "kvpress.json"

  @Flag(help: "Replace the file if it is there.")
  var force = false

  @OptionGroup var output: EvalOutput

  func run() {
    do {
      try AtomicFile.check(target, replacing: force)
      let imported = try KVPressImport(directory)
      try output.check(suite: imported.results.plan.suite, isMap: imported.results.plan.isMap)
      for note in imported.notes { Console.say(note) }
      try imported.results.write(to: target, replacing: force)
      try EvalReport(imported.results, output).show()
    } catch {
      Console.end(error, status: 1)
    }
  }
}
