extension PolicyRegistry {
  /// Policies that look at queries of tokens that are decoded for this purpose.
  static let lookahead: [PolicyDescriptor] = [
    PolicyDescriptor(
      "laq", title: "LAQ", looksAt: "queries of pseudo tokens decoded on a cheap cache",
      source: "Wang et al. 2025, arXiv 2505.20334", cost: "m decode steps, one window pass",
      parameters: parameters(localWindow: "0"), presets: presets(localWindow: "0"), scorer: scorer),
    PolicyDescriptor(
      "laq++", aliases: ["laqpp"], title: "LAQ++",
      looksAt: "lookahead queries and the prompt's last 8 tokens",
      source: "Wang et al. 2025, arXiv 2505.20334", cost: "m decode steps, one window pass",
      parameters: parameters(localWindow: "auto"), presets: presets(localWindow: "8"), scorer: scorer),
  ]

  /// Policies of the cheap cache: every scorer that needs nothing beside the prefill, and the full cache.
  private static let cheap =
    (observation + matrix + statistics + geometry + passes + trained).filter(\.needs.isEmpty).map(\.name) + [
      "full"
    ]

  private static func parameters(localWindow: String) -> [PolicyParameter] {
    [
      PolicyParameter("m", .integer(1...256), "8", "pseudo tokens"),
      PolicyParameter(
        "source",
        .wordOrModel(
          LookaheadSettings.Source.words.map(\.rawValue), prefix: LookaheadSettings.Source.draft.rawValue),
        "greedy",
        """
        where pseudo tokens come from: decoded on the cheap cache, as in the paper; copied from behind the latest \
        earlier occurrence of the text's last 3, 2 or 1 tokens (greedy where there is none); any content at the \
        answer's positions, in one pass behind the full cache, after DapQ (arXiv 2603.11564); the full cache's own \
        answer, the bound; the answer of a smaller model with the same tokenizer, on its own full cache
        """),
      PolicyParameter(
        "content", .word(LookaheadSettings.Content.allCases.map(\.rawValue)), "last",
        "with source=position: the prompt's last token again and again, its first tokens, or tokens of it at random"
      ),
      .observed(
        "w2", standard: localWindow, least: 0, automatic: LookaheadScorer.standardWindow,
        "local window of the final stage, always kept; auto: 8, a third of the budget at most"),
      PolicyParameter("cheap", .word(cheap), "snapkv", "policy of the cheap cache, with its defaults"),
      .observed(
        "w1",
        """
        observation window of a cheap SnapKV; auto: 32, a third of the budget at most, where the authors have 32 at \
        any budget, which at B=48 leaves 16 tokens to choose and at 32 none
        """),
      .kernel, .pool,
      PolicyParameter(
        "mask", .word(LookaheadScorer.Mask.allCases.map(\.rawValue)), "causal",
        "what a row sees; 'reference' as in the authors' code"),
      PolicyParameter(
        "eos", .word(LookaheadSettings.FirstEndToken.allCases.map(\.rawValue)), "feed",
        "behind an end token as the first pseudo token: go on, as the authors do, or stop"),
      .styles(["ours", "authors"], "whose windows and mask"),
    ]
  }

  /// What the authors' code has at every budget.
  private static func presets(localWindow: String) -> [String: [String: String]] {
    ["authors": ["w1": "32", "w2": localWindow, "mask": LookaheadScorer.Mask.reference.rawValue]]
  }

  private static let scorer: @Sendable (PolicySettings) -> (any Scorer)? = { settings in
    LookaheadScorer(
      localWindow: settings.window("w2", auto: LookaheadScorer.standardWindow),
      kernel: settings.integer("kernel"),
      pooling: settings.word("pool", default: .max), mask: settings.word("mask", default: .causal),
      source: settings.pseudoSource)
  }
}
