/// What is measured of a model's heads over many prompts, by the names in files.
public enum HeadMeasure: String, Sendable, Hashable, CaseIterable, Codable {
  /// How often the head's most attended token is the one that the answer copies (Wu et al. 2024).
  case retrieval
  /// How much likelier what is wanted becomes when all that the head has evicted comes back, in nats.
  case gain
  /// Whether the answer comes back then: how often the head's eviction alone has cost it.
  case cost

  /// The series of the full cache that says a model's layers, query heads and KV heads.
  public static let shapeKey = "shape"
}
