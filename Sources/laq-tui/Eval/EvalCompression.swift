import ArgumentParser
import Evaluation

/// What policies see of a prompt, for suites whose prompts have a text and a question.
struct EvalCompression: ParsableArguments {
  @Option(
    name: .customLong("compress"),
    help: "What policies see when they choose: 'all', or the 'context' without its question (kvpress' way).")
  var part = CompressedPart.all
}

extension CompressedPart: ExpressibleByArgument {}
