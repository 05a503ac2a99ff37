import ArgumentParser
import Eviction
import Exploration
import Transformer

/// What is kept of the cache.
struct PolicyOptions: ParsableArguments {
  @Option(
    help:
      "Tokens to keep per layer and head, as 256, a share of the text, as 12.5%, or memory, as 64MiB. Default: 4%, at least 48.",
    transform: Budget.init(parsing:))
  var budget: Budget?

  @Option(
    name: .customLong("policy"),
    help: "A policy to show; may be given several times ('laq-tui policies' lists them).",
    completion: .custom(Completions.policies))
  var policies: [String] = []

  @Option(
    help: """
      A file that says what a policy of your own keeps, shown beside the others: .npz, .npy, .safetensors, .json; may be \
      given several times.
      """, completion: .file())
  var kept: [String] = []

  @Option(help: "One kept set per 'kv' head or per 'query' head. Default: kv.")
  var granularity: Granularity?

  @Option(
    help: "Answer tokens at most; an answer ends before at its end token. Default: 64, with --chat 256.")
  var steps: Int?
}

extension Granularity: ExpressibleByArgument {}
