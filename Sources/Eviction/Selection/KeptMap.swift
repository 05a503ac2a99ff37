import Transformer

/// What somebody else's policy keeps of one prompt, as a file says it: a policy whose choice is made.
///
/// Two maps are equal when they are the same reading of a file: policies are compared often, and kept sets
/// are large.
public final class KeptMap: Sendable, Hashable {
  /// The name as shown and exported, which stands for no registered policy.
  public let name: String
  /// The file, and the array in it where there are several.
  public let source: String
  /// The kept sets; their heads are those of the file.
  public let kept: KeptTokens
  /// The hash of the prompt whose tokens they are, where it is known: of another one they say nothing.
  public let promptHash: String?

  /// Takes over kept sets.
  public init(name: String, source: String, kept: KeptTokens, promptHash: String? = nil) {
    (self.name, self.source, self.kept, self.promptHash) = (name, source, kept, promptHash)
  }

  /// Kept tokens per layer and head, the mean, rounded: the budget that the choice was made for.
  public var meanCount: Int {
    let heads = kept.positions.reduce(0) { $0 + $1.count }
    return (kept.totalCount + heads / 2) / max(1, heads)
  }

  /// Whether both are the same map; equal ones that were read twice are not.
  public static func == (a: KeptMap, b: KeptMap) -> Bool { a === b }

  /// Hashes which map it is.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }

  /// What a person reads about it.
  var descriptor: PolicyDescriptor {
    PolicyDescriptor(
      name, title: name, looksAt: "what its author looked at", source: source,
      cost: "nothing: the choice is read from the file"
    ) { _ in nil }
  }

  /// The kept sets at a granularity. Sets of KV heads hold for each of their query heads; query heads of a
  /// group that keep their own sets have no common one, and stay as they are.
  func kept(_ granularity: Granularity) -> KeptTokens {
    guard granularity == .queryHead, kept.granularity == .kvHead else { return kept }
    return KeptTokens(
      shape: kept.shape, granularity: .queryHead, tokenCount: kept.tokenCount,
      positions: kept.positions.indices.map { layer in
        (0..<kept.shape.queryHeadCount).map { kept.positions(layer: layer, queryHead: $0) }
      })
  }
}

extension Policy {
  /// The policy that keeps what a map says, whatever the budget is.
  public init(keeping map: KeptMap) {
    self.init(
      scorer: PolicyPart(name: map.name, settings: PolicySettings(values: [:])),
      allocation: PolicyRegistry.uniform,
      wrappers: [:])
    self.map = map
  }
}
