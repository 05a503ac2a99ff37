/// Every policy, in the order in which screens and help list them. A new one is a scorer's file and an
/// entry here.
public enum PolicyRegistry {
  /// All descriptors.
  public static let all: [PolicyDescriptor] = [
    PolicyDescriptor(
      "full", aliases: ["fullkv"], title: "full", looksAt: "nothing: every token stays", source: "the ceiling",
      cost: "none"
    ) { _ in nil },
    PolicyDescriptor(
      "oracle", title: "oracle", looksAt: "the true decode queries of the full cache's answer",
      source: "the truth that policies are measured against", cost: "the full cache's answer"
    ) { _ in OracleScorer() },
    PolicyDescriptor(
      "laq", title: "LAQ", looksAt: "queries of pseudo tokens decoded on a cheap cache",
      source: "Wang et al. 2025, arXiv 2505.20334", cost: "m decode steps, one window pass", parameters: lookahead(localWindow: 0),
      hasLookahead: true, scorer: lookaheadScorer),
    PolicyDescriptor(
      "laq++", aliases: ["laqpp"], title: "LAQ++",
      looksAt: "lookahead queries and the prompt's last 8 tokens",
      source: "Wang et al. 2025, arXiv 2505.20334", cost: "m decode steps, one window pass", parameters: lookahead(localWindow: 8),
      hasLookahead: true, scorer: lookaheadScorer),
    PolicyDescriptor(
      "snapkv", title: "SnapKV", looksAt: "queries of the prompt's last 32 tokens",
      source: "Li et al. 2024, arXiv 2404.14469", cost: "one window pass",
      parameters: [.window("w", 32, least: 1, "observation window, always kept"), .kernel, .pool]
    ) { settings in
      SnapKVScorer(
        window: settings.integer("w"), kernel: settings.integer("kernel"),
        pooling: settings.word("pool", default: .max))
    },
    PolicyDescriptor(
      "h2o", title: "H2O", looksAt: "attention received from all prompt queries; half is recent",
      source: "Zhang et al. 2023, arXiv 2306.14048", cost: "the full matrix"
    ) { _ in H2OScorer() },
    PolicyDescriptor(
      "streaming", aliases: ["streamingllm"], title: "StreamingLLM",
      looksAt: "nothing: the first 4 and the newest", source: "Xiao et al. 2023, arXiv 2309.17453", cost: "none",
      parameters: [.window("sinks", 4, "tokens kept at the beginning")]
    ) { StreamingScorer(sinkCount: $0.integer("sinks")) },
    PolicyDescriptor(
      "cake", title: "CAKE", looksAt: "mean and variance of the attention of the prompt's last 32 tokens",
      source: "Qin et al. 2025, arXiv 2503.12491", cost: "one window pass",
      parameters: [
        .window("w", 32, least: 1, "observation window, always kept"),
        PolicyParameter("gamma", .number(0...100_000), "200", "weight of the variance"),
        PolicyParameter("kernel", .odd(1...63), "5", "width of the average pooling"),
      ]
    ) { settings in
      CakeScorer(
        window: settings.integer("w"), gamma: settings.number("gamma"), kernel: settings.integer("kernel"))
    },
    PolicyDescriptor(
      "kvzip", title: "KVzip", looksAt: "the highest attention while the model repeats the text; no question is known",
      source: "Kim et al. 2025, arXiv 2505.23416", cost: "about two prefills", parameters: reconstruction
    ) { reconstructionScorer($0, isNormalised: false) },
    PolicyDescriptor(
      "kvzip+", aliases: ["kvzipplus", "kvzip_plus"], title: "KVzip+",
      looksAt: "the same, weighed by what tokens bring in and what values add to the output",
      source: "kvpress' KVzip with kvzip_plus_normalization", cost: "about two prefills, values times the output projection",
      parameters: reconstruction
    ) { reconstructionScorer($0, isNormalised: true) },
    PolicyDescriptor(
      "kvcompose", title: "KVCompose", looksAt: "the highest attention while the text is read a second time",
      source: "Akulov et al. 2025, arXiv 2509.05165", cost: "about two prefills"
    ) { _ in KVComposeScorer() },
    PolicyDescriptor(
      "gate", aliases: ["attentiongate"], title: "Gate",
      looksAt: "hidden states, through a small network trained beside the model",
      source: "after Attention-Gate, Zeng et al. 2024, arXiv 2410.12876", cost: "the network's pass over the prompt"
    ) { _ in GateScorer() },
  ]

  private static let reconstruction = [
    PolicyParameter("chunk", .integer(1...1_000_000), "2048", "tokens that are repeated together"),
    .window("sinks", 4, "first tokens, always kept"),
  ]

  private static func reconstructionScorer(_ settings: PolicySettings, isNormalised: Bool) -> KVzipScorer {
    KVzipScorer(
      partLength: settings.integer("chunk"), sinkCount: settings.integer("sinks"), isNormalised: isNormalised)
  }

  private static func lookahead(localWindow: Int) -> [PolicyParameter] {
    [
      PolicyParameter("m", .integer(1...256), "8", "pseudo tokens"),
      .window("w2", localWindow, "local window of the final stage, always kept"),
      PolicyParameter("cheap", .word(["snapkv", "streaming", "h2o", "full"]), "snapkv", "policy of the cheap cache"),
      .window("w1", 32, least: 1, "observation window of a cheap SnapKV"),
      .kernel, .pool,
      PolicyParameter(
        "mask", .word(LookaheadScorer.Mask.allCases.map(\.rawValue)), "causal",
        "what a row sees; 'reference' as in the authors' code"),
    ]
  }

  private static let lookaheadScorer: @Sendable (PolicySettings) -> (any Scorer)? = { settings in
    LookaheadScorer(
      localWindow: settings.integer("w2"), kernel: settings.integer("kernel"),
      pooling: settings.word("pool", default: .max), mask: settings.word("mask", default: .causal))
  }
}
