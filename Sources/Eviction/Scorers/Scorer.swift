import Transformer

/// Says how important each prompt token is to each query head.
///
/// A scorer knows nothing of budgets per layer, of groups of heads, or of how ties are broken; it
/// looks at the evidence and gives numbers. `budget` is passed because some definitions divide it
/// (H2O's halves, StreamingLLM's recent window).
public protocol Scorer: Sendable {
  /// The scorer with what only a prompt and a budget tell, such as a window as long as the question or a
  /// third of the budget; unless it says so, itself.
  /// - Throws: `EvidenceError` where the prompt lacks what the scorer hangs on.
  func resolved(for facts: PromptFacts) throws -> any Scorer

  /// How many of the prompt's newest queries the scorer looks at; `nil`, unless it says so: all of them.
  var observedTokens: Int? { get }

  /// Whether the attention of all of the prompt's queries to all keys is looked at; unless it says so, not.
  var readsWholeMatrix: Bool { get }

  /// What must be computed first, beside the prefill; nothing, unless the scorer says so.
  var needs: Set<Requirement> { get }

  /// How the scores of the query heads of a KV head become its own; the mean, unless the scorer says so.
  var grouping: GroupReduction { get }

  /// Positions that are kept whatever the scores say, ascending. They count within the budget.
  func protectedPositions(tokenCount: Int, budget: Int) -> [Int]

  /// One score per prompt token, larger is kept; the scores of protected positions are not looked at.
  /// - Returns: `[tokenCount]`.
  /// - Throws: `EvidenceError`.
  func scores(layer: Int, queryHead: Int, evidence: Evidence) throws -> [Float]

  /// The scores of all query heads that read one KV head; unless the scorer says otherwise, head by head.
  /// - Returns: `[queryHead of the group][tokenCount]`, or one array where the whole group has the same
  ///   scores.
  /// - Throws: `EvidenceError`.
  func groupScores(layer: Int, kvHead: Int, evidence: Evidence) throws -> [[Float]]

  /// What becomes of the scores of one layer, `[head][tokenCount]`, when groups have been joined; unless the
  /// scorer says so, nothing. Here heads may look at each other.
  func settled(_ heads: [[Float]]) -> [[Float]]

  /// How the scorer goes on while tokens are decoded; `nil` if it cannot.
  var following: DecodeFollowing? { get }

  /// The rows of attention behind the scores, for allocations that look at them; `nil`, unless the scorer
  /// says so.
  /// - Throws: `EvidenceError`.
  func observation(_ evidence: Evidence) throws -> Observation?
}

extension Scorer {
  /// All tokens, unless a scorer says otherwise.
  public var observedTokens: Int? { nil }

  /// A part of the rows or of the keys, unless a scorer says otherwise.
  public var readsWholeMatrix: Bool { false }

  /// The scorer itself, unless it depends on the prompt.
  public func resolved(for facts: PromptFacts) throws -> any Scorer { self }

  /// Scores per KV head, of its query heads' scores where these are what a scorer gives.
  public func groupScores(layer: Int, kvHead: Int, evidence: Evidence) throws -> [[Float]] {
    try evidence.recording.shape.queryHeads(of: kvHead).map {
      try scores(layer: layer, queryHead: $0, evidence: evidence)
    }
  }

  /// The scores as they are, unless heads are settled together.
  public func settled(_ heads: [[Float]]) -> [[Float]] { heads }

  /// Nothing beside the prefill, unless a scorer says otherwise.
  public var needs: Set<Requirement> { [] }

  /// The mean over a KV head's query heads, unless a scorer says otherwise.
  public var grouping: GroupReduction { .mean }

  /// No rows of attention, unless a scorer says otherwise.
  public func observation(_ evidence: Evidence) throws -> Observation? { nil }

  /// As many of the newest rows as it observes, while decoding.
  public var following: DecodeFollowing? { observedTokens.map(DecodeFollowing.newest) }

  /// The newest `count` positions of a prompt.
  func newest(_ count: Int, of tokenCount: Int) -> [Int] {
    Array(max(0, tokenCount - count)..<tokenCount)
  }
}

/// A scorer that looks at a KV head once for all query heads that read it: at the keys and values themselves,
/// or at rows of attention, whose keys it packs once.
public protocol GroupScorer: Scorer {
  /// The scores of a group.
  /// - Returns: `[queryHead of the group][tokenCount]`, or one array where the whole group has the same
  ///   scores.
  /// - Throws: `EvidenceError`.
  func scores(layer: Int, kvHead: Int, evidence: Evidence) throws -> [[Float]]
}

extension GroupScorer {
  /// Scores per KV head, of its query heads' scores where these are what a scorer gives.
  public func groupScores(layer: Int, kvHead: Int, evidence: Evidence) throws -> [[Float]] {
    try scores(layer: layer, kvHead: kvHead, evidence: evidence)
  }

  /// A query head's scores: those of its KV head.
  public func scores(layer: Int, queryHead: Int, evidence: Evidence) throws -> [Float] {
    let size = evidence.recording.shape.groupSize
    let group = try scores(layer: layer, kvHead: queryHead / size, evidence: evidence)
    return group[group.count == 1 ? 0 : queryHead % size]
  }
}

/// What must be computed beside the prefill before a scorer can look at its evidence.
public enum Requirement: Sendable, Hashable {
  /// Pseudo tokens, decoded on a cheap cache: `Evidence.lookahead`.
  case lookahead
  /// The full cache's whole answer: `Evidence.decode`.
  case decode
  /// A trained gate, run along with the prefill: `Evidence.gate`.
  case gate
  /// A further pass of the model over the prompt: `Evidence.passes`.
  case pass(ContextPass)
}
