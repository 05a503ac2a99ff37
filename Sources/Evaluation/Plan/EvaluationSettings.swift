import Eviction
import Exploration
import Transformer

/// What every case of a plan is run under.
package struct EvaluationSettings: Sendable, Hashable {
  /// The policies beside the full cache, which always runs, in the order of tables.
  package var policies: [Policy]
  /// The budgets of each policy, in the order of tables.
  package var budgets: [Budget]
  /// The heads that share one kept set.
  package var granularity: Granularity
  /// Which queries of a prompt are recorded.
  package var recording: RecordingScope
  /// The number format of matrix products, resolved for this machine: shards that differ in it are not
  /// merged.
  package var arithmetic: Arithmetic

  /// The number format of matrix products.
  package enum Arithmetic: String, Codable, Sendable, Hashable {
    /// 32-bit floats.
    case float32
    /// Operands rounded to bfloat16.
    case bfloat16

    /// What a precision means on this machine.
    package init(_ precision: Precision) { self = precision.usesBFloat16 ? .bfloat16 : .float32 }
  }

  /// Makes settings. The full cache among `policies` is left out, and so is what stands there twice.
  package init(
    policies: [Policy], budgets: [Budget], granularity: Granularity = .kvHead,
    recording: RecordingScope = .all,
    arithmetic: Arithmetic = Arithmetic(.automatic)
  ) {
    self.policies = policies.filter { !$0.keepsEverything }.withoutRepetitions()
    self.budgets = budgets.withoutRepetitions()
    self.granularity = granularity
    self.recording = recording
    self.arithmetic = arithmetic
  }
}

extension EvaluationSettings: Codable {
  private enum CodingKeys: CodingKey { case policies, budgets, granularity, recording, arithmetic }

  package init(from decoder: any Swift.Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func parsed<Value>(_ key: CodingKeys, _ parse: (String) throws -> Value) throws -> [Value] {
      try values.decode([String].self, forKey: key).map { text in
        do { return try parse(text) } catch {
          throw DecodingError.dataCorruptedError(
            forKey: key, in: values, debugDescription: String(describing: error))
        }
      }
    }
    self.init(
      policies: try parsed(.policies) { try EvaluationFormat.policy($0, in: decoder) },
      budgets: try parsed(.budgets) { try Budget(parsing: $0) },
      granularity: try values.decode(Granularity.self, forKey: .granularity),
      recording: try values.decode(RecordingScope.self, forKey: .recording),
      arithmetic: try values.decode(Arithmetic.self, forKey: .arithmetic))
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(policies.map(\.name), forKey: .policies)
    try values.encode(budgets.map(\.description), forKey: .budgets)
    try values.encode(granularity, forKey: .granularity)
    try values.encode(recording, forKey: .recording)
    try values.encode(arithmetic, forKey: .arithmetic)
  }
}

extension Sequence where Element: Hashable {
  /// The elements in their order, each where it stands first.
  func withoutRepetitions() -> [Element] {
    var known = Set<Element>()
    return filter { known.insert($0).inserted }
  }
}
