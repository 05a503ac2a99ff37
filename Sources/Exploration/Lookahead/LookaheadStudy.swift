import Eviction
import Transformer

/// What a lookahead needs on one prompt: one LAQ with other numbers of pseudo tokens, and with pseudo tokens
/// from elsewhere, each with the answer that it leads to.
///
/// A value that grows while it is computed.
public struct LookaheadStudy: Sendable {
  /// What is studied; two requests are equal when their studies are.
  public struct Request: Sendable {
    /// The policy whose number and source of pseudo tokens are changed.
    public let policy: Policy
    /// The run's settings, with the policies of the study in place of its own.
    public let settings: ExplorationSettings
    /// The rows, first by number, then by source.
    public let rows: [Row]

    /// Asks for the study of a policy; `nil` for one that has no lookahead.
    public init?(_ policy: Policy, _ settings: ExplorationSettings) {
      let policy = policy.unedited
      guard policy.map == nil, policy.lookahead != nil else { return nil }
      self.policy = policy
      var settings = settings
      let drafts = ([policy] + settings.policies).compactMap(\.draft).reduce(into: [String]()) {
        if !$0.contains($1) { $0.append($1) }
      }
      settings.policies = []
      rows = Self.rows(of: policy, drafts: drafts)
      for row in rows where !settings.policies.contains(row.policy) {
        settings.policies.append(row.policy)
      }
      self.settings = settings
    }

    /// - Parameter drafts: the models that draft for some policy; no study goes and looks for one.
    private static func rows(of policy: Policy, drafts: [String]) -> [Row] {
      guard let lookahead = policy.lookahead else { return [] }
      let none = lookahead.hasCheapCache ? [Row(policy: lookahead.cheap, place: .none)] : []
      let lengths = Set(LookaheadStudy.lengths + [lookahead.tokenCount]).sorted()
      return none
        + lengths.compactMap { length in
          policy.setting("m", to: String(length)).map { Row(policy: $0, place: .length(length)) }
        }
        + LookaheadSettings.Source.words.flatMap { source -> [Row] in
          guard let sourced = policy.setting("source", to: source.rawValue) else { return [] }
          guard source == .position else { return [Row(policy: sourced, place: .source(source, nil))] }
          return LookaheadSettings.Content.allCases.compactMap { content in
            sourced.setting("content", to: content.rawValue).map {
              Row(policy: $0, place: .source(source, content))
            }
          }
        }
        + drafts.compactMap { draft in
          policy.setting("source", to: "\(LookaheadSettings.Source.draft.rawValue):\(draft)").map {
            Row(policy: $0, place: .draft(draft))
          }
        }
    }
  }

  /// A policy of the study.
  public struct Row: Sendable, Hashable {
    /// In what a row differs from the studied policy.
    public enum Place: Sendable, Hashable {
      /// The cheap cache itself: no lookahead.
      case none
      /// The number of pseudo tokens.
      case length(Int)
      /// Where they come from, and with what content.
      case source(LookaheadSettings.Source, LookaheadSettings.Content?)
      /// The model that drafts them.
      case draft(String)
    }

    /// The policy.
    public let policy: Policy
    /// In what it differs.
    public let place: Place
  }

  /// How far it has come.
  public enum Stage: Sendable, Hashable {
    /// The policies are run.
    case running(Run.Stage)
    /// The lookaheads are timed, one at a time; so many are.
    case timing(Int)
    /// What is kept is held against each token of the answer.
    case steps
    /// Everything is there.
    case done
    /// Stopped; once all policies have answered, their results stay.
    case cancelled
    /// Something went wrong; the sentence says what.
    case failed(String)
  }

  /// The numbers of pseudo tokens, besides the policy's own.
  public static let lengths = [1, 2, 4, 8, 16, 32, 64]

  /// What is studied.
  public let request: Request
  /// How far it has come.
  public internal(set) var stage = Stage.running(.opening)
  /// The run of its policies; `nil` before it has begun.
  @CopyOnWrite public internal(set) var run: Run?
  /// Seconds that each policy takes to choose, its lookahead alone with its cheap cache included; nothing for
  /// what was not measured, as in a trace.
  public internal(set) var seconds: [Policy: Double] = [:]
  /// What each policy keeps of each answer token's attention alone, `[step]`, the means over all query heads.
  public internal(set) var steps: [Policy: [Agreement]] = [:]

  /// Begins a study.
  public init(_ request: Request) { self.request = request }

  /// Whether nothing more will come.
  public var isFinished: Bool {
    switch stage {
    case .done, .cancelled, .failed: true
    case .running, .timing, .steps: false
    }
  }

  /// What has become of a row's policy, or why there is nothing; `nil` while neither is known.
  public func result(of row: Row) -> Result<PolicyResult, Unavailable>? {
    guard let run else { return nil }
    return run.results.first { $0.policy == row.policy }.map { .success($0) }
      ?? run.unavailable.first { $0.policy == row.policy }.map { .failure($0) }
  }

  /// How many of the first pseudo tokens of a result are the full cache's answer; `nil` without any.
  public func agreeing(_ result: PolicyResult) -> (same: Int, count: Int)? {
    guard let pseudo = result.lookahead?.pseudo.tokens, let answer = run?.full?.answer.tokens else {
      return nil
    }
    return (zip(pseudo, answer).prefix { $0 == $1 }.count, pseudo.count)
  }
}

// The rows follow from the policy.
extension LookaheadStudy.Request: Hashable {
  /// Whether both ask for the same policy under the same settings.
  public static func == (one: Self, other: Self) -> Bool {
    one.policy == other.policy && one.settings == other.settings
  }

  /// Hashes what is asked for.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(policy)
    hasher.combine(settings)
  }
}
