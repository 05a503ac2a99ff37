extension PolicyRegistry {
  /// Policies that look at the attention of a window at the prompt's end.
  static let observation: [PolicyDescriptor] = [
    PolicyDescriptor(
      "snapkv", title: "SnapKV",
      looksAt: "queries of the prompt's last tokens: 32, but no more than a third of the budget",
      source: "Li et al. 2024, arXiv 2404.14469", cost: "one window pass",
      parameters: [
        .observed("w", window), .kernel, .pool,
        .styles(
          ["ours", "authors", "longbench", "needle", "kvpress"],
          "whose numbers: SnapKV's authors', those that LAQ's scripts give it on LongBench and for needles, kvpress'"
        ),
      ],
      presets: [
        "authors": maximum(window: 32), "longbench": maximum(window: 8), "needle": maximum(window: 32),
        "kvpress": ["w": "64", "kernel": "5", "pool": "avg"],
      ]
    ) { settings in
      SnapKVScorer(
        window: settings.window("w"), kernel: settings.integer("kernel"),
        pooling: settings.word("pool", default: .max), style: settings.word("style", default: .authors))
    },
    PolicyDescriptor(
      "tova", title: "TOVA", looksAt: "the last token's query; all heads of a layer keep the same",
      source: "Oren et al. 2024, arXiv 2401.06104", cost: "one row of attention per head"
    ) { _ in TOVAScorer() },
    PolicyDescriptor(
      "cake", title: "CAKE",
      looksAt: "mean and variance of the attention of the prompt's last tokens; whole: cake/cake",
      source: "Qin et al. 2025, arXiv 2503.12491", cost: "one window pass",
      parameters: [
        .observed("w", window),
        PolicyParameter("gamma", .number(0...100_000), "200", "weight of the variance"),
        PolicyParameter("kernel", .odd(1...63), "5", "width of the average pooling"),
        .styles(["ours", "authors"], "whose window"),
      ],
      presets: ["authors": ["w": "32"]]
    ) { settings in
      CakeScorer(
        window: settings.window("w"), gamma: settings.number("gamma"), kernel: settings.integer("kernel"))
    },
    PolicyDescriptor(
      "finch", title: "FINCH", looksAt: "queries of the question behind the text; whole: finch+rerotate",
      source: "Corallo and Papotti 2024, TACL", cost: "one window pass",
      parameters: [
        .observed(
          "w", automatic: FinchScorer.standardWindow,
          "observation window, always kept; auto: the question and what the chat puts behind it, without one as snapkv's"
        )
      ]
    ) { FinchScorer(window: $0.window("w", auto: FinchScorer.standardWindow)) },
  ]

  private static let window =
    "observation window, always kept; auto: 32, a third of the budget at most, where the authors have 32 at any budget"

  /// What SnapKV is told in the authors' scripts beside its window.
  private static func maximum(window: Int) -> [String: String] {
    ["w": String(window), "kernel": "7", "pool": "max"]
  }

  /// Policies that look at the attention of all queries.
  static let matrix: [PolicyDescriptor] = [
    PolicyDescriptor(
      "h2o", title: "H2O",
      looksAt:
        "attention received from all prompt queries; half is recent; whole: h2o+decode(every=1,keep=B)",
      source: "Zhang et al. 2023, arXiv 2306.14048", cost: "the full matrix"
    ) { _ in H2OScorer() },
    PolicyDescriptor(
      "observed", aliases: ["observedattention"], title: "observed",
      looksAt: "attention received on average from the queries that see a token",
      source: "kvpress' ObservedAttention",
      cost: "the full matrix"
    ) { _ in ObservedScorer() },
    PolicyDescriptor(
      "noncausal", aliases: ["noncausalattn"], title: "non-causal",
      looksAt: "attention received from the whole chunk around a token, times the value's norm",
      source: "kvpress' NonCausalAttn; Chari et al. 2025, arXiv 2507.08143", cost: "the chunks' matrices",
      parameters: [PolicyParameter("chunk", .integer(1...4096), "256", "tokens of a chunk")]
    ) { NonCausalScorer(chunkSize: $0.integer("chunk")) },
  ]

  /// Policies that look at the mean of all queries and how they vary.
  static let statistics: [PolicyDescriptor] = [
    PolicyDescriptor(
      "expected", aliases: ["expectedattention"], title: "expected",
      looksAt:
        "attention that queries like the prompt's would give from the next positions, times the value's norm",
      source: "Devoto et al. 2025, arXiv 2510.00636", cost: "second moments of all queries",
      parameters: [
        future, sinks,
        PolicyParameter("covariance", .word(["on", "off"]), "on", "whether queries vary around their mean"),
        PolicyParameter("vnorm", .word(["on", "off"]), "on", "whether values weigh"),
        PolicyParameter("epsilon", .number(0...1), "0", "added to the attention before values weigh it"),
      ]
    ) { settings in
      ExpectedScorer(
        futureCount: settings.integer("future"), sinkCount: settings.integer("sinks"),
        usesCovariance: settings.values["covariance"] == "on", weighsValues: settings.values["vnorm"] == "on",
        epsilon: settings.number("epsilon"))
    },
    PolicyDescriptor(
      "cap", aliases: ["cappress", "capkv"], title: "CapKV",
      looksAt: "what a value adds to the space of all values, where its key points to the mean query",
      source: "arXiv 2604.25975, as in kvpress", cost: "an inverse per head",
      parameters: [
        PolicyParameter("tau", .number(0...1000), "5", "how sharply directions weigh"), future, sinks,
      ]
    ) { settings in
      CAPScorer(
        temperature: settings.number("tau"), futureCount: settings.integer("future"),
        sinkCount: settings.integer("sinks"))
    },
  ]

  private static let future = PolicyParameter(
    "future", .integer(1...65_536), "512", "next positions that are averaged")
}
