/// One wrapper: what a person reads about it, and how it is made.
public struct WrapperDescriptor: PolicyFamily {
  /// What it is called in a policy's name.
  public let name: String
  /// Other names by which it is found.
  public let aliases: [String]
  /// Its name on screens.
  public let title: String
  /// What it looks at, in a few words.
  public let looksAt: String
  /// The paper that it comes from.
  public let source: String
  /// What it costs beside the prefill.
  public let cost: String
  /// Its settings, in the order in which they are printed.
  public let parameters: [PolicyParameter]

  let place: WrapperPlace
  let make: @Sendable (PolicySettings) -> Wrapper

  init(
    _ name: String, aliases: [String] = [], title: String, looksAt: String, source: String, cost: String,
    place: WrapperPlace, parameters: [PolicyParameter] = [],
    make: @escaping @Sendable (PolicySettings) -> Wrapper
  ) {
    self.name = name
    self.aliases = aliases
    self.title = title
    self.looksAt = looksAt
    self.source = source
    self.cost = cost
    self.place = place
    self.parameters = parameters
    self.make = make
  }
}

extension PolicyRegistry {
  /// Everything that may stand behind a plus, in the order in which it acts and in which names print it.
  public static let wrappers: [WrapperDescriptor] = [
    WrapperDescriptor(
      "critical", aliases: ["criticalkv"], title: "CriticalKV",
      looksAt: "scores times the L1 norm of what a value adds to the output",
      source: "Feng et al. 2025, arXiv 2502.03805", cost: "values times the output projection",
      place: .scores,
      parameters: [
        PolicyParameter("eps", .number(0...1), "0.0001", "added to scores before they are weighed"),
        PolicyParameter("first", .number(0...1), "0.5", "part of the budget that goes to the plain scores"),
      ]
    ) { settings in
      .critical(CriticalWeighting(epsilon: settings.number("eps"), firstShare: settings.number("first")))
    },
    WrapperDescriptor(
      "chunkkv", title: "ChunkKV",
      looksAt: "mean scores of chunks, which stay or go as a whole in all heads of a layer",
      source: "Liu et al. 2025, arXiv 2502.00299", cost: "none", place: .selection,
      parameters: [.window("size", 20, least: 1, "tokens of a chunk")]
    ) { .grouped(.chunkKV(size: $0.integer("size"))) },
    WrapperDescriptor(
      "chunk", title: "chunks",
      looksAt: "each chunk by itself, scored and reduced as if it were the whole prompt",
      source: "kvpress' ChunkPress", cost: "scoring, chunk by chunk", place: .selection,
      parameters: [PolicyParameter("size", .integer(1...1_000_000), "1024", "tokens of a chunk")]
    ) { .grouped(.chunk(size: $0.integer("size"))) },
    WrapperDescriptor(
      "block", title: "blocks",
      looksAt: "what is kept so far and the next block, scored and reduced together",
      source: "kvpress' BlockPress; KeyDiff, arXiv 2504.15364", cost: "scoring, once per block",
      place: .selection,
      parameters: [PolicyParameter("size", .integer(1...1_000_000), "128", "tokens of a block")]
    ) { .grouped(.block(size: $0.integer("size"))) },
    WrapperDescriptor(
      "rerotate", aliases: ["keyrerotation"], title: "rerotated",
      looksAt: "kept keys, which move to positions without gaps; the answer goes on behind them",
      source: "kvpress' KeyRerotation", cost: "a rotation per kept key", place: .positions
    ) { _ in .rerotate },
    WrapperDescriptor(
      "decode", aliases: ["decoding"], title: "while decoding",
      looksAt: "the newest decoded queries: every few tokens the growing cache is reduced again",
      source: "kvpress' DecodingPress; H2O, arXiv 2306.14048", cost: "scoring the cache, every few tokens",
      place: .decoding,
      parameters: [
        PolicyParameter("every", .integer(1...1_000_000), "32", "decoded tokens between two reductions"),
        PolicyParameter(
          "keep", .window(1...1_000_000), "B",
          "tokens per head after each, decoded ones included; B: the budget"),
      ]
    ) { .decode(every: $0.integer("every"), keep: $0.window("keep")) },
  ]
}
