extension PolicyRegistry {
  /// Policies that look at queries of tokens that are decoded for this purpose.
  static let lookahead: [PolicyDescriptor] = [
    PolicyDescriptor(
      "laq", title: "LAQ", looksAt: "queries of pseudo tokens decoded on a cheap cache",
      source: "Wang et al. 2025, arXiv 2505.20334", cost: "m decode steps, one window pass",
      parameters: parameters(localWindow: 0), scorer: scorer),
    PolicyDescriptor(
      "laq++", aliases: ["laqpp"], title: "LAQ++",
      looksAt: "lookahead queries and the prompt's last 8 tokens",
      source: "Wang et al. 2025, arXiv 2505.20334", cost: "m decode steps, one window pass",
      parameters: parameters(localWindow: 8), scorer: scorer),
  ]

  /// Policies of the cheap cache: every scorer that needs nothing beside the prefill, and the full cache.
  private static let cheap =
    (observation + matrix + statistics + geometry + passes + trained).filter(\.needs.isEmpty).map(\.name) + [
      "full"
    ]

  private static func parameters(localWindow: Int) -> [PolicyParameter] {
    [
      PolicyParameter("m", .integer(1...256), "8", "pseudo tokens"),
      .window("w2", localWindow, "local window of the final stage, always kept"),
      PolicyParameter("cheap", .word(cheap), "snapkv", "policy of the cheap cache, with its defaults"),
      .window("w1", 32, least: 1, "observation window of a cheap SnapKV"),
      .kernel, .pool,
      PolicyParameter(
        "mask", .word(LookaheadScorer.Mask.allCases.map(\.rawValue)), "causal",
        "what a row sees; 'reference' as in the authors' code"),
      PolicyParameter(
        "eos", .word(LookaheadSettings.FirstEndToken.allCases.map(\.rawValue)), "feed",
        "behind an end token as the first pseudo token: go on, as the authors do, or stop"),
    ]
  }

  private static let scorer: @Sendable (PolicySettings) -> (any Scorer)? = { settings in
    LookaheadScorer(
      localWindow: settings.integer("w2"), kernel: settings.integer("kernel"),
      pooling: settings.word("pool", default: .max), mask: settings.word("mask", default: .causal))
  }
}
