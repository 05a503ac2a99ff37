import Eviction
import Transformer

/// What a person chooses before and while exploring.
public struct ExplorationSettings: Sendable, Hashable {
  /// Kept tokens per layer and head, windows included; at least 1.
  public var budget: Int
  /// The heads that share one kept set.
  public var granularity: Granularity
  /// The policies beside the full cache, in the order in which they are listed.
  public var policies: [Policy]
  /// Tokens of an answer at most; it ends earlier at an end-of-text token.
  public var answerLimit: Int

  /// The budget unless one is given: small enough that the samples' answers hang on who chooses.
  public static let defaultBudget = 48

  /// Makes settings; the policies are those of `standardPolicies` unless given.
  public init(
    budget: Int = defaultBudget, granularity: Granularity = .kvHead, policies: [Policy]? = nil,
    answerLimit: Int = 64
  ) {
    self.budget = budget
    self.granularity = granularity
    self.policies = policies ?? Self.standardPolicies
    self.answerLimit = answerLimit
  }

  /// The policies that are shown unless others are named: all of the registry but the full cache,
  /// which is always there.
  public static let standardPolicies: [Policy] = ["laq", "laq++", "snapkv", "h2o", "streaming", "oracle"]
    .compactMap { Policy($0) }
}
