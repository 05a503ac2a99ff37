import ArgumentParser
import Evaluation

/// `laq-tui eval longbench`.
struct EvalLongBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "longbench",
    abstract: "LongBench's and RULER's own .jsonl files, scored as their scorers score.",
    discussion: """
      A file's name says which data set it holds, as in hotpotqa.jsonl; prompts, answers' lengths and metrics are the
      benchmark's. Prompts that are too long lose their middle. A line that cannot be used is named with its file and
      number and counted; the others go on.
      """)

  @Argument(help: "A folder of .jsonl files, or one file.")
  var folder: String

  @Option(help: "The data set of every file, where names do not tell.")
  var dataset: String?

  @Option(help: "Lines of each file at most. Default: all.")
  var limit: Int?

  @Option(
    name: .customLong("max-length"),
    help: "Tokens of a prompt at most. Default: what the context leaves beside the answer.")
  var tokenLimit: Int?

  @OptionGroup var compression: EvalCompression

  @OptionGroup var options: EvalOptions

  func validate() throws {
    guard limit ?? 1 >= 1 else { throw ValidationError("--limit must be at least 1.") }
    guard tokenLimit ?? 2 >= 2 else { throw ValidationError("--max-length must be at least 2.") }
    guard dataset.map({ BenchmarkTask.named($0) != nil }) ?? true else {
      throw ValidationError(BenchmarkError.unknownTask(dataset ?? "").description)
    }
  }

  func run() async throws {
    try await EvalRunner(
      suite: LongBenchSuite(
        path: folder, dataset: dataset, limit: limit, tokenLimit: tokenLimit),
      options: options,
      settings: try options.subject.settings(
        policies: ["snapkv", "laq", "laq++"], budgets: [128, 256, 512]),
      compressed: compression.part
    ).run()
  }
}
