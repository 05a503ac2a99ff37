/// The steps of one policy's result, in order; stepping is a lookup in what was recorded.
public struct Timeline: Sendable, Hashable {
  /// One step.
  public enum Step: Sendable, Hashable {
    /// The whole prompt has passed; nothing is evicted.
    case prefill
    /// A pseudo token was decoded on the cheap cache; its index from 0.
    case lookahead(Int)
    /// The final eviction.
    case evict
    /// A token of a question that comes after the eviction was fed; its index from 0.
    case question(Int)
    /// An answer token was decoded; its index from 0.
    case decode(Int)

    /// The phase's name.
    public var phase: String {
      switch self {
      case .prefill: "prefill"
      case .lookahead: "lookahead"
      case .evict: "evict"
      case .question: "question"
      case .decode: "decode"
      }
    }
  }

  /// The steps known so far; at least the prefill.
  public let steps: [Step]

  /// The timeline of a result, the full cache's when `nil`.
  /// - Parameters:
  ///   - answer: the answer whose steps end it, where that is not the result's own.
  ///   - questionCount: tokens of a question that comes after the eviction.
  ///   - leastDecoded: decode steps that there are at least, where another answer's are looked at.
  public init(
    _ result: PolicyResult?, answer: Continuation? = nil, questionCount: Int = 0, leastDecoded: Int = 0
  ) {
    let pseudo = result?.lookahead?.pseudo.tokens.count ?? 0
    let evict: [Step] = result == nil || result?.policy.keepsEverything == true ? [] : [.evict]
    let answered = max(leastDecoded, (answer ?? result?.answer)?.tokens.count ?? 0)
    steps =
      [.prefill] + (0..<pseudo).map(Step.lookahead) + evict
      + (answered > 0 ? (0..<questionCount).map(Step.question) : [])
      + (0..<answered).map(Step.decode)
  }

  /// The first step of the next or previous phase.
  public func phaseBoundary(from index: Int, forward: Bool) -> Int {
    let starts = steps.indices.filter { $0 == 0 || steps[$0].phase != steps[$0 - 1].phase }
    return forward
      ? starts.first { $0 > index } ?? steps.count - 1
      : starts.last { $0 < index } ?? 0
  }
}
