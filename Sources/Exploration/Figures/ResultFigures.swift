import Eviction
import Transformer

/// What a policy's result comes to, in the figures by which policies are compared.
public struct ResultFigures: Sendable, Hashable {
  /// The mean recall of the oracle's tokens over all query heads.
  public let recall: Double?
  /// The highest that this mean can be, as query heads share kept sets.
  public let recallCeiling: Double?
  /// The mean relative error of the attention output; `nil` without values.
  public let outputError: Double?
  /// The mean share of the true attention mass that falls on kept tokens.
  public let massRecall: Double?
  /// KL(full ‖ policy) in nats, the mean over the compared steps; `nil` before there are any.
  public let divergence: Double?
  /// The compared steps at which both caches say the same token.
  public let agreeing: Int
  /// The steps of the full cache's answer at which the policy was compared after the same tokens: all of
  /// them, once the result has followed that answer.
  public let compared: Int
  /// The mark of its answer.
  public let mark: AnswerMark?
  /// Where the answers first differ, an index into their tokens; `nil` while they do not.
  public let firstDifference: Int?
  /// Tokens that a head keeps, the mean after the allocation.
  public let keptPerHead: Double
  /// What was chosen by what; `nil` for the full cache and a file's choice.
  public let choice: ChoiceFigures?
  /// Bytes of the kept keys and values (`Run.bytes`).
  public let bytes: Int
  /// Seconds of scoring and selection.
  public let evictionSeconds: Double

  /// Measures a result of a run against its full cache's.
  public init(_ result: PolicyResult, of run: Run) {
    self.init(result, full: run.full, mark: run.mark(of: result), bytes: run.bytes(of: result.kept))
  }

  /// Measures a result against the full cache's.
  init(_ result: PolicyResult, full: PolicyResult?, mark: AnswerMark? = nil, bytes: Int? = nil) {
    self.mark = mark
    recall = result.recall
    recallCeiling = result.recallCeiling
    outputError = result.outputError
    massRecall = result.massRecall
    keptPerHead = result.kept.meanCount
    choice = result.choice
    self.bytes = bytes ?? result.kept.byteCount()
    evictionSeconds = result.evictionSeconds
    let steps = (result.followed ?? result.answer).steps
    let compared = steps.filter { $0.divergence != nil }
    self.compared = compared.count
    divergence =
      compared.isEmpty
      ? nil : compared.reduce(0.0) { $0 + Double($1.divergence ?? 0) } / Double(compared.count)
    agreeing = zip(steps, full?.answer.steps ?? []).count { $0.divergence != nil && $0.choice == $1.choice }
    firstDifference = result.hasAnswer ? full.flatMap { result.answer.firstDifference(from: $0.answer) } : nil
  }
}
