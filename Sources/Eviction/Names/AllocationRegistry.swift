/// One allocation: what a person reads about it, and how it is made.
public struct AllocationDescriptor: PolicyFamily {
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

  let make: @Sendable (PolicySettings) -> any Allocation

  init(
    _ name: String, aliases: [String] = [], title: String, looksAt: String, source: String, cost: String,
    parameters: [PolicyParameter] = [], make: @escaping @Sendable (PolicySettings) -> any Allocation
  ) {
    self.name = name
    self.aliases = aliases
    self.title = title
    self.looksAt = looksAt
    self.source = source
    self.cost = cost
    self.parameters = parameters
    self.make = make
  }
}

extension PolicyRegistry {
  /// All allocations, by the name behind the slash.
  public static let allocations: [AllocationDescriptor] = [
    AllocationDescriptor(
      "uniform", title: "uniform", looksAt: "nothing: every head keeps the same number",
      source: "the default",
      cost: "none"
    ) { _ in UniformAllocation() },
    AllocationDescriptor(
      "pyramid", aliases: ["pyramidkv"], title: "PyramidKV",
      looksAt: "the layer's depth: fewer tokens the deeper",
      source: "Cai et al. 2024, arXiv 2406.02069", cost: "none",
      parameters: [
        PolicyParameter(
          "beta", .integer(1...1000), "20", "how many times fewer than the mean the last layer keeps"),
        .style(PyramidAllocation.Style.self),
      ]
    ) { settings in
      PyramidAllocation(beta: settings.integer("beta"), style: settings.word("style", default: .kvpress))
    },
    AllocationDescriptor(
      "ada", aliases: ["adakv"], title: "Ada-KV", looksAt: "scores: the heads of a layer compete",
      source: "Feng et al. 2024, arXiv 2407.11550", cost: "a sort per layer",
      parameters: [
        PolicyParameter("floor", .number(0...1), "0.2", "part of the budget that no head loses"),
        .style(AdaAllocation.Style.self),
      ]
    ) { settings in
      AdaAllocation(floor: settings.number("floor"), style: settings.word("style", default: .kvpress))
    },
    AllocationDescriptor(
      "cake", title: "CAKE", looksAt: "spread and shift of each layer's observed attention",
      source: "Qin et al. 2025, arXiv 2503.12491", cost: "one more pass over the observed rows",
      parameters: [
        PolicyParameter("tau1", .number(0.1...10), "1", "temperature of the spread"),
        PolicyParameter("tau2", .number(0.1...10), "1", "temperature of the shift"),
      ]
    ) { settings in
      CakeAllocation(
        dispersionTemperature: settings.number("tau1"), shiftTemperature: settings.number("tau2"))
    },
    AllocationDescriptor(
      "global", title: "global", looksAt: "scores: all layers and heads compete",
      source: "KVzip, Kim et al. 2025, arXiv 2505.23416", cost: "one sort",
      parameters: [
        PolicyParameter(
          "within", .word(GlobalAllocation.Scope.allCases.map(\.rawValue)), "model",
          "whose heads compete, all or each layer's")
      ]
    ) { GlobalAllocation(within: $0.word("within", default: .model)) },
    AllocationDescriptor(
      "compose", title: "KVCompose", looksAt: "scores: the layers' composite tokens compete",
      source: "Akulov et al. 2025, arXiv 2509.05165", cost: "a sort per head"
    ) { _ in ComposeAllocation() },
    AllocationDescriptor(
      "simlayer", aliases: ["simlayerkv"], title: "SimLayerKV",
      looksAt: "the last query: layers that look at first and recent tokens only are reduced to so many",
      source: "Zhang et al. 2024, arXiv 2410.13846", cost: "one row of attention per head",
      parameters: [
        PolicyParameter("threshold", .number(0...1), "1", "attention above which a layer is lazy; 1: never"),
        .window("sinks", 4, "first tokens"),
        PolicyParameter("recent", .integer(1...1_000_000), "1024", "recent tokens"),
        .window("last", 1, least: 1, "observing tokens"),
      ]
    ) { settings in
      SimLayerAllocation(
        threshold: settings.number("threshold"), sinkCount: settings.integer("sinks"),
        recentCount: settings.integer("recent"), lastCount: settings.integer("last"))
    },
    AllocationDescriptor(
      "ratios", aliases: ["perlayer"], title: "ratios",
      looksAt: "nothing: the part that each layer evicts is given",
      source: "kvpress' PerLayerCompression", cost: "none",
      parameters: [
        PolicyParameter(
          "evict", .numbers(0...0.999_999), "0.5", "parts evicted, layer by layer; the last one repeats",
          isNamed: false)
      ]
    ) { RatiosAllocation(ratios: $0.numbers("evict")) },
    AllocationDescriptor(
      "heads", aliases: ["headkv"], title: "HeadKV",
      looksAt: "a profile of heads (laq-tui eval heads): a base for each, the rest by its score",
      source: "Fu et al. 2024, arXiv 2410.19258", cost: "none",
      parameters: [
        PolicyParameter(
          "file", .file, "heads.json", "results of eval heads, or retrieval heads by name", isNamed: false),
        PolicyParameter(
          "by", .word(HeadMeasure.allCases.map(\.rawValue)), HeadMeasure.retrieval.rawValue,
          "what says how much a head matters"),
        PolicyParameter("beta", .number(1...1000), "1.2", "1/beta of the budget is shared"),
      ]
    ) { settings in
      HeadsAllocation(
        path: settings.values["file"] ?? "heads.json", measure: settings.word("by", default: .retrieval),
        beta: settings.number("beta"))
    },
  ]

  /// The allocation that names leave out.
  static let uniform = PolicyPart(name: "uniform", settings: PolicySettings(values: [:]))
}

extension PolicyParameter {
  /// Whose arithmetic is followed, where sources differ.
  static func style<Style: RawRepresentable & CaseIterable>(_ styles: Style.Type) -> PolicyParameter
  where Style.RawValue == String {
    let words = styles.allCases.map(\.rawValue)
    return PolicyParameter("style", .word(words), words.first ?? "", "whose arithmetic is followed")
  }
}
