import Eviction

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
  /// The full cache's answer has no such token, an index, but so many.
  case noToken(Int, count: Int)
  /// The policy says that token, an index, as the full cache does; these are those that it does not.
  case saidAnyway(Policy, Int, [Int])
  /// Nothing is expected of an answer.
  case nothingExpected
  /// What is expected is not in the full cache's answer.
  case fullMissesExpected

  /// The sentence that a person reads: what was expected, what was found, and what to do.
  public var description: String {
    switch self {
    case .notFinished: "why? needs every answer: wait until the run is over, or run it again with r"
    case .needsModel: "why? decodes anew, which needs the model, and this is a trace without it"
    case .noResult(let policy): "\(policy.title) has no answer to explain; choose another policy"
    case .sameAnswer(let policy):
      "\(policy.title) gives the full cache's answer: nothing to explain; choose one that differs"
    case .noToken(let index, let count):
      "why? was asked of token \(index + 1), and the full cache's answer has \(count); choose one of 1 to \(count)"
    case .saidAnyway(let policy, let index, let others):
      "\(policy.title) says token \(index + 1) as the full cache does, told the answer before it; choose one of "
        + others.prefix(12).map { "\($0 + 1)" }.joined(separator: ", ")
        + (others.count > 12 ? ", … (\(others.count))" : "")
    case .nothingExpected:
      "why? was asked of the expected answer, and none is known; give one with --expect TEXT"
    case .fullMissesExpected:
      "the full cache's own answer misses what is expected: no eviction is to blame; ask why of its first token"
    }
  }
}

extension Run {
  /// The tokens of the full cache's answer that a policy's cache does not say though it is told the answer
  /// before them, indices; the first difference is always one.
  public func differingTokens(of result: PolicyResult) -> [Int] {
    guard let full, let first = result.answer.firstDifference(from: full.answer) else { return [] }
    let steps = result.followed?.steps ?? []
    let later = full.answer.tokens.indices.filter {
      $0 > first && $0 < steps.count && steps[$0].choice != full.answer.tokens[$0]
    }
    return [first] + later
  }
}
