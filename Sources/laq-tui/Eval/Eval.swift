import ArgumentParser

/// `laq-tui eval`: suites over many prompts.
struct Eval: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Have policies answer many prompts, and count what is right.",
    discussion: """
      Rows are appended to NAME.jsonl as they come; an evaluation that was interrupted goes on with the same command.
      When every case is done, NAME.json is written: the same bytes however often it was interrupted, on however many
      machines it ran.
      """,
    subcommands: [
      EvalNeedle.self, EvalRetrieval.self, EvalLongBench.self, EvalConsistency.self, EvalHeads.self,
      EvalCost.self,
      EvalMerge.self, EvalImport.self,
      EvalShow.self, EvalCompare.self,
    ])
}
