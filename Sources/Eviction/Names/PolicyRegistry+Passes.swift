extension PolicyRegistry {
  /// Policies that look at what the model attends to when it reads the prompt again.
  static let passes: [PolicyDescriptor] = [
    PolicyDescriptor(
      "kvzip", title: "KVzip",
      looksAt: "the highest attention while the model repeats the text; no question is known",
      source: "Kim et al. 2025, arXiv 2505.23416", cost: "about two prefills", parameters: reconstruction
    ) { reconstructionScorer($0, isNormalised: false) },
    PolicyDescriptor(
      "kvzip+", aliases: ["kvzipplus", "kvzip_plus"], title: "KVzip+",
      looksAt: "the same, weighed by what tokens bring in and what values add to the output",
      source: "kvpress' KVzip with kvzip_plus_normalization",
      cost: "about two prefills, values times the output projection",
      parameters: reconstruction
    ) { reconstructionScorer($0, isNormalised: true) },
    PolicyDescriptor(
      "kvcompose", title: "KVCompose", looksAt: "the highest attention while the text is read a second time",
      source: "Akulov et al. 2025, arXiv 2509.05165", cost: "about two prefills"
    ) { _ in KVComposeScorer() },
  ]

  /// Policies whose parameters were trained.
  static let trained: [PolicyDescriptor] = [
    PolicyDescriptor(
      "gate", aliases: ["attentiongate"], title: "Gate",
      looksAt: "hidden states, through a small network trained beside the model",
      source: "after Attention-Gate, Zeng et al. 2024, arXiv 2410.12876",
      cost: "the network's pass over the prompt"
    ) { _ in GateScorer() }
  ]

  private static let reconstruction = [
    PolicyParameter("chunk", .integer(1...1_000_000), "2048", "tokens that are repeated together"),
    .window("sinks", 4, "first tokens, always kept"),
  ]

  private static func reconstructionScorer(_ settings: PolicySettings, isNormalised: Bool) -> KVzipScorer {
    KVzipScorer(
      partLength: settings.integer("chunk"), sinkCount: settings.integer("sinks"), isNormalised: isNormalised)
  }
}
