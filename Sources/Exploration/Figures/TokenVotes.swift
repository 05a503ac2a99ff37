import Eviction
import Transformer

/// Which observing row of one policy looks most at each prompt token, in one layer and query head.
public struct TokenVotes: Sendable {
  /// What was asked for; two requests are equal when their votes are.
  public struct Request: Sendable, Hashable {
    /// The policy.
    public let policy: Policy
    /// The layer.
    public let layer: Int
    /// The query head.
    public let head: Int
    let settings: ExplorationSettings
    let budget: Int
    let lookaheadCount: Int
    let decodeCount: Int

    /// Asks for the votes of a result; `nil` where there is nothing to vote.
    public init?(_ run: Run, result: PolicyResult?, layer: Int, head: Int) {
      guard let shape = run.recording?.shape, let result, layer < shape.layerCount,
        head < shape.queryHeadCount
      else {
        return nil
      }
      policy = result.policy
      self.layer = layer
      self.head = head
      settings = run.settings
      budget = result.tokenBudget?.tokens ?? run.settings.budget
      lookaheadCount = result.lookahead?.queries.count ?? 0
      decodeCount = result.policy.readsAnswer ? run.decodeQueries?.count ?? 0 : 0
    }

    /// About how many multiplications it takes.
    public func work(_ run: Run) -> Int {
      guard let recording = run.recording else { return 0 }
      let facts = run.prompt.facts(budget: budget)
      let rows = (policy.observedTokens(for: facts) ?? recording.tokenCount) + lookaheadCount + decodeCount
      return rows * recording.tokenCount * recording.shape.headDimension
    }
  }

  /// A row that voted.
  public enum Voter: Sendable, Hashable {
    /// A prompt token, by its position.
    case prompt(position: Int)
    /// A pseudo token, by its index.
    case lookahead(Int)
    /// A token of the full cache's answer, by its index.
    case decode(Int)
  }

  /// What was asked for.
  public let request: Request
  private let votes: ObservationVotes?

  /// Counts the votes.
  public init?(_ request: Request, _ run: Run) {
    guard let recording = run.recording else { return nil }
    self.request = request
    let result = run.results.first { $0.policy == request.policy }
    votes = request.policy.votes(
      layer: request.layer, queryHead: request.head,
      evidence: run.evidence(recording, lookahead: result?.lookahead?.queries), budget: request.budget)
  }

  /// Who voted most for a token, its attention, and the position that it looked at: a neighbour's where
  /// pooling gave the token that one's score; `nil` where no row sees it, or the policy looks at no rows.
  public func strongest(for position: Int) -> (voter: Voter, weight: Float, source: Int)? {
    guard let votes, votes.strongest.indices.contains(position), votes.weights[position] > 0 else {
      return nil
    }
    let voter: Voter =
      switch votes.rows[votes.strongest[position]] {
      case .prompt(let position): .prompt(position: position)
      case .beyond(let row): request.policy.readsAnswer ? .decode(row) : .lookahead(row)
      }
    return (voter, votes.weights[position], votes.sources[position])
  }
}

extension Policy {
  /// Whether its rows are those of the answer itself, none of which stand for pseudo tokens.
  fileprivate var readsAnswer: Bool { needs.contains(.decode) && lookahead == nil }
}
