import Eviction
import Exploration

/// What came of one case under one policy at one budget.
package struct Outcome: Sendable, Hashable {
  /// The policy.
  package let policy: Policy
  /// The budget that was asked for; `nil` for the full cache.
  package let budget: Budget?
  /// Prompt tokens that the heads kept, on average.
  package let keptTokens: Double?
  /// What was chosen by what; `nil` where there is nothing to choose, and in results that do not say.
  package let choice: OutcomeChoice?
  /// The answer's text.
  package let answer: String?
  /// Whether the answer ended by itself, before the limit.
  package let hasEnded: Bool?
  /// Scores by name.
  package let scores: [String: Double]
  /// Further figures by name, for measures of many parts (one per layer and head, say).
  package let series: [String: [Double]]
  /// Why there is no outcome, as when a model has no gate.
  package let unavailable: String?

  /// Makes an outcome.
  package init(
    policy: Policy, budget: Budget?, keptTokens: Double? = nil, choice: OutcomeChoice? = nil,
    answer: String? = nil, hasEnded: Bool? = nil, scores: [String: Double] = [:],
    series: [String: [Double]] = [:], unavailable: String? = nil
  ) {
    self.choice = choice
    self.policy = policy
    self.budget = budget
    self.keptTokens = keptTokens
    self.answer = answer
    self.hasEnded = hasEnded
    self.scores = scores
    self.series = series
    self.unavailable = unavailable
  }

  /// What a run's result is to a suite, or why there is none.
  init(_ result: Result<PolicyResult, Unavailable>, _ measure: (PolicyResult) -> Outcome) {
    switch result {
    case .success(let result): self = measure(result)
    case .failure(let error): self.init(policy: error.policy, budget: error.budget, unavailable: error.reason)
    }
  }
}

extension Outcome: Codable {
  private enum CodingKeys: String, CodingKey {
    case policy, budget, keptTokens, choice, answer, hasEnded, scores, series, unavailable = "obstacle"
  }

  /// Larger scores and counts of tokens are nobody's, and what draws them need not think of them.
  private static let largestFigure = 1e9

  package init(from decoder: any Swift.Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func parsed<Value>(_ key: CodingKeys, _ text: String, _ parse: (String) throws -> Value) throws -> Value {
      do { return try parse(text) } catch {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: values, debugDescription: String(describing: error))
      }
    }
    policy = try parsed(.policy, values.decode(String.self, forKey: .policy)) {
      try EvaluationFormat.policy($0, in: decoder)
    }
    budget = try values.decodeIfPresent(String.self, forKey: .budget).map { text in
      try parsed(.budget, text) { try Budget(parsing: $0) }
    }
    func checked(_ value: Double, _ key: CodingKeys) throws -> Double {
      guard abs(value) <= Self.largestFigure else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: values,
          debugDescription: "figures up to \(Self.largestFigure) were expected, \(value) found")
      }
      return value
    }
    keptTokens = try values.decodeIfPresent(Double.self, forKey: .keptTokens).map {
      try checked($0, .keptTokens)
    }
    choice = try values.decodeIfPresent(OutcomeChoice.self, forKey: .choice)
    answer = try values.decodeIfPresent(String.self, forKey: .answer)
    hasEnded = try values.decodeIfPresent(Bool.self, forKey: .hasEnded)
    scores = try (values.decodeIfPresent([String: Double].self, forKey: .scores) ?? [:])
      .mapValues { try checked($0, .scores) }
    series = try (values.decodeIfPresent([String: [Double]].self, forKey: .series) ?? [:])
      .mapValues { try $0.map { try checked($0, .series) } }
    guard (series[ConsistencySuite.shapeKey] ?? []).allSatisfy({ (0...10_000).contains($0) }) else {
      throw DecodingError.dataCorruptedError(
        forKey: .series, in: values, debugDescription: "a shape of up to 10000 layers and heads was expected")
    }
    unavailable = try values.decodeIfPresent(String.self, forKey: .unavailable)
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(policy.name, forKey: .policy)
    try values.encodeIfPresent(budget?.description, forKey: .budget)
    try values.encodeIfPresent(keptTokens, forKey: .keptTokens)
    try values.encodeIfPresent(choice, forKey: .choice)
    try values.encodeIfPresent(answer, forKey: .answer)
    try values.encodeIfPresent(hasEnded, forKey: .hasEnded)
    if !scores.isEmpty { try values.encode(scores, forKey: .scores) }
    if !series.isEmpty { try values.encode(series, forKey: .series) }
    try values.encodeIfPresent(unavailable, forKey: .unavailable)
  }
}
