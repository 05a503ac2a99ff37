import Eviction
import Transformer

/// Why a policy's answer is not the full cache's: which evicted tokens the full cache's answer looked at, and
/// which of them bring the answer back when they are kept. A value that grows while the search runs.
public struct WhyFinding: Sendable {
  /// How far it has come.
  public enum Stage: Sendable, Hashable {
    /// The evicted tokens are put in order.
    case ranking
    /// Sets of so many tokens did not lead the answer past this step; larger ones are tried.
    case restoring(count: Int, step: Int)
    /// So many tokens bring the answer back; fewer are tried.
    case shrinking(count: Int)
    /// `restored` brings the answer back.
    case found
    /// Nothing that was tried does.
    case notFound
    /// A person stopped it.
    case cancelled
    /// Something went wrong; the sentence says what.
    case failed(String)
  }

  /// Lost tokens that are listed at most.
  public static let listLimit = 256

  /// The policy.
  public let policy: Policy
  /// Where its answer first differs from the full cache's, an index into their tokens.
  public let step: Int
  /// What the full cache says there; `nil` where its answer ends.
  public let expected: Int?
  /// What the policy says there; `nil` where its answer ends.
  public let said: Int?
  /// How far it has come.
  public internal(set) var stage = Stage.ranking
  /// The evicted tokens that the full cache's answer looked at there, the most wanted first; `listLimit` at
  /// most.
  public internal(set) var lost: [LostToken] = []
  /// How many evicted tokens got more than an even share of the attention there.
  public internal(set) var lostCount = 0
  /// The sets of tokens that were restored and decoded on.
  public internal(set) var tries = 0
  /// The smallest set found so far that brings the answer back; empty until there is one.
  public internal(set) var restored: [LostToken] = []
  /// Whether each of the restored tokens is needed: without any single one the answer is lost again.
  public internal(set) var isSmallest = false
  /// Seconds that the search took.
  public internal(set) var seconds = 0.0

  /// Prepares to find out.
  /// - Throws: `WhyError` when there is nothing to find out.
  public init(_ run: Run, policy: Policy) throws {
    guard run.hasModel else { throw WhyError.needsModel }
    guard run.stage == .done, let full = run.full else { throw WhyError.notFinished }
    guard let result = run.results.first(where: { $0.policy == policy }) else {
      throw WhyError.noResult(policy)
    }
    guard let step = result.answer.firstDifference(from: full.answer) else {
      throw WhyError.sameAnswer(policy)
    }
    self.policy = policy
    self.step = step
    expected = full.answer.tokens.indices.contains(step) ? full.answer.tokens[step] : nil
    said = result.answer.tokens.indices.contains(step) ? result.answer.tokens[step] : nil
  }

  /// Whether nothing more will come.
  public var isFinished: Bool {
    switch stage {
    case .ranking, .restoring, .shrinking: false
    case .found, .notFound, .cancelled, .failed: true
    }
  }

  /// The policy with the restored tokens kept by hand.
  public var restoredPolicy: Policy { policy.edited(policy.edits + restored.map(\.restoring)) }
}

/// Why there is nothing to find out.
public enum WhyError: Error, Hashable, CustomStringConvertible {
  /// The answers are not all there.
  case notFinished
  /// The run has no such result.
  case noResult(Policy)
  /// The answer is the full cache's.
  case sameAnswer(Policy)
  /// The run is a trace's, and there are no answers.
  case needsModel

  /// The sentence that a person reads: what was expected, what was found, and what to do.
  public var description: String {
    switch self {
    case .notFinished: "why? needs every answer: wait until the run is over, or run it again with r"
    case .needsModel: "why? decodes anew, which needs the model, and this is a trace without it"
    case .noResult(let policy): "\(policy.title) has no answer to explain; choose another policy"
    case .sameAnswer(let policy):
      "\(policy.title) gives the full cache's answer: nothing to explain; choose one that differs"
    }
  }
}
