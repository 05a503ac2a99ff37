/// What became of an answer on a smaller cache, in a mark.
public enum AnswerMark: String, Sendable, Hashable, CaseIterable {
  /// The full cache's tokens, which have the expected answer in them.
  case right
  /// Another wording, with the expected answer in it.
  case reworded
  /// An answer without the expected answer.
  case missing
  /// The full cache's tokens, where nothing is expected, or the full cache itself misses it.
  case same
  /// Other tokens than the full cache's, where nothing is expected, or the full cache itself misses it.
  case other
}

extension Run {
  /// Whether the full cache's answer lacks something that is expected, so that no policy is to blame; `nil`
  /// where nothing is expected, or the answer is not whole yet.
  public var fullMissesExpected: Bool? {
    guard !settings.expected.isEmpty, let full,
      isFinished || full.answer.isComplete(limit: settings.answerLimit)
    else { return nil }
    return !hasExpected(full)
  }

  /// The mark of a result's answer, as far as it has come; `nil` without an answer, or without the full
  /// cache's.
  public func mark(of result: PolicyResult) -> AnswerMark? {
    guard let full, full.hasAnswer, result.hasAnswer else { return nil }
    let isSame = result.answer.firstDifference(from: full.answer) == nil
    guard !settings.expected.isEmpty else { return isSame ? .same : .other }
    guard hasExpected(full) else {
      return isSame ? .same : hasExpected(result) ? .reworded : .other
    }
    return isSame ? .right : hasExpected(result) ? .reworded : .missing
  }

  /// The share of what is expected that an answer has in it; `nil` where nothing is expected.
  public func expectedShare(of result: PolicyResult) -> Double? {
    guard !settings.expected.isEmpty, result.hasAnswer else { return nil }
    let text = answerText(result)
    return Double(settings.expected.count { $0.isIn(text) }) / Double(settings.expected.count)
  }

  /// Whether an answer has all in it that is expected.
  private func hasExpected(_ result: PolicyResult) -> Bool { hasExpected(result.answer) ?? true }

  /// Whether tokens have all in them that is expected; `nil` where nothing is.
  func hasExpected(_ answer: Continuation) -> Bool? {
    guard !settings.expected.isEmpty else { return nil }
    let text = vocabulary.text(answer.tokens)
    return settings.expected.allSatisfy { $0.isIn(text) }
  }
}
