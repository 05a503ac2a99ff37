/// One family of policies: what a person reads about it, and how its scorer is made.
public struct PolicyDescriptor: PolicyFamily {
  /// The name as typed and exported.
  public let name: String
  /// Other spellings that are understood.
  public let aliases: [String]
  /// The name as shown.
  public let title: String
  /// What the policy looks at, one line.
  public let looksAt: String
  /// Where it is defined.
  public let source: String
  /// What scoring costs beside the prefill, in a few words.
  public let cost: String
  /// Its settings.
  public let parameters: [PolicyParameter]
  /// Named styles, each a value per setting.
  public let presets: [String: [String: String]]

  /// The scorer for complete settings; `nil` for the full cache, which evicts nothing.
  let scorer: @Sendable (PolicySettings) -> (any Scorer)?

  /// What must be computed beside the prefill, with default settings.
  var needs: Set<Requirement> { scorer(standardSettings)?.needs ?? [] }

  init(
    _ name: String, aliases: [String] = [], title: String, looksAt: String, source: String, cost: String,
    parameters: [PolicyParameter] = [], presets: [String: [String: String]] = [:],
    scorer: @escaping @Sendable (PolicySettings) -> (any Scorer)?
  ) {
    self.name = name
    self.aliases = aliases
    self.title = title
    self.looksAt = looksAt
    self.source = source
    self.cost = cost
    self.parameters = parameters
    self.presets = presets
    self.scorer = scorer
  }
}

/// Complete settings of a policy, checked against its parameters.
struct PolicySettings: Sendable, Hashable {
  let values: [String: String]

  func number(_ key: String) -> Double { values[key].flatMap { Double($0) } ?? 0 }
  func numbers(_ key: String) -> [Double] {
    (values[key] ?? "").split(separator: ":").compactMap { Double($0) }
  }
  func window(_ key: String, auto standard: Window = .standard) -> Window {
    values[key].flatMap { Window($0, standard: standard) } ?? standard
  }
  func integer(_ key: String) -> Int { values[key].flatMap { Int($0) } ?? 0 }
  func word<Value: RawRepresentable>(_ key: String, default standard: Value) -> Value
  where Value.RawValue == String {
    values[key].flatMap(Value.init(rawValue:)) ?? standard
  }
}
