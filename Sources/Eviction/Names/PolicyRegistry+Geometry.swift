extension PolicyRegistry {
  /// Policies that look at no query: at keys and values, at positions, at nothing.
  static let geometry: [PolicyDescriptor] = [
    PolicyDescriptor(
      "streaming", aliases: ["streamingllm"], title: "StreamingLLM",
      looksAt: "nothing: the first 4 and the newest; whole: streaming+rerotate",
      source: "Xiao et al. 2023, arXiv 2309.17453", cost: "none",
      parameters: [sinks]
    ) { StreamingScorer(sinkCount: $0.integer("sinks")) },
    PolicyDescriptor(
      "knorm", title: "Knorm", looksAt: "norms of keys: the small ones stay",
      source: "Devoto et al. 2024, arXiv 2406.11430", cost: "one pass over the keys"
    ) { _ in KnormScorer() },
    PolicyDescriptor(
      "keydiff", title: "KeyDiff",
      looksAt: "keys that point elsewhere than their mean; the paper's: keydiff+block",
      source: "Park et al. 2025, arXiv 2504.15364", cost: "two passes over the keys"
    ) { _ in KeyDiffScorer() },
    PolicyDescriptor(
      "lagkv", title: "LagKV",
      looksAt: "how widely keys and values spread, by the range of the next partition",
      source: "Liang et al. 2025, arXiv 2504.04704", cost: "two passes over keys and values",
      parameters: [
        sinks, PolicyParameter("lag", .integer(2...4096), "128", "tokens of a partition"),
      ]
    ) { LagKVScorer(sinkCount: $0.integer("sinks"), lag: $0.integer("lag")) },
    PolicyDescriptor(
      "cur", aliases: ["curdkv"], title: "CurDKV",
      looksAt: "norms of keys and values, among their neighbours",
      source: "Sengupta et al. 2025, arXiv 2509.15038", cost: "one pass over keys and values",
      parameters: [
        PolicyParameter(
          "leverage", .word(CURScorer.Leverage.allCases.map(\.rawValue)), "product", "whose leverage counts"),
        sinks, PolicyParameter("block", .integer(1...4096), "16", "neighbours, a token among them"),
      ]
    ) { settings in
      CURScorer(
        leverage: settings.word("leverage", default: .product), sinkCount: settings.integer("sinks"),
        blockSize: settings.integer("block"))
    },
    PolicyDescriptor(
      "leverage", title: "leverage", looksAt: "how far a key lies out among all keys, by a random sketch",
      source: "Chari et al. 2025, arXiv 2507.08143", cost: "second moments of the keys",
      parameters: [
        PolicyParameter("sketch", .integer(1...512), "48", "columns of the sketch"), seed,
      ]
    ) { LeverageScorer(sketchCount: $0.integer("sketch"), seed: $0.integer("seed")) },
    PolicyDescriptor(
      "random", title: "random", looksAt: "nothing: tokens are drawn", source: "the floor", cost: "none",
      parameters: [seed]
    ) { RandomScorer(seed: $0.integer("seed")) },
  ]

  static let sinks = PolicyParameter.window("sinks", 4, "tokens kept at the beginning")
  private static let seed = PolicyParameter(
    "seed", .integer(0...1_000_000_000), "0", "of the generator; another one, other numbers")
}
