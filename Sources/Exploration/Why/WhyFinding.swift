import Eviction
import Transformer

/// Why a policy's answer is not the full cache's: which evicted tokens the full cache's answer looked at, and
/// which of them bring it back when they are kept. A value that grows while the search runs.
public struct WhyFinding: Sendable {
  /// How far it has come.
  public enum Stage: Sendable, Hashable {
    /// The evicted tokens are put in order.
    case ranking
    /// Sets are tried for the last of `parts`.
    case searching
    /// At least what was aimed at first is back.
    case found
    /// Nothing that was tried brings that back; `parts` say what came nearest.
    case notFound
    /// A person stopped it; what was found stays.
    case cancelled
    /// Something went wrong; the sentence says what.
    case failed(String)
  }

  /// Lost tokens that are listed at most.
  public static let listLimit = 256
  /// Sets that are tried at most, of all aims.
  static let triesLimit = 1000
  /// Tokens that the tries may pass through the model, of all aims: what the search costs at most, a quarter of
  /// a minute with a model of 135 million weights on two cores with AVX2.
  static let work = 2400
  /// Sets that may be tried for the first aim and those behind it, however long the answer is up to there.
  static let leastSets = 100

  /// The policy.
  public let policy: Policy
  /// What of the answer is aimed at first.
  public let target: WhyTarget
  /// Where the policy's answer first differs from the full cache's, an index into their tokens.
  public let step: Int
  /// What the full cache says there; `nil` where its answer ends.
  public let expected: Int?
  /// What the policy says there; `nil` where its answer ends.
  public let said: Int?
  /// The tokens that are aimed at first.
  public let aim: WhyAim
  /// The tokens of the full cache's answer that are expected in a right one; `nil` where nothing is.
  public let expectedTokens: ClosedRange<Int>?
  /// All of the full cache's answer, with its end.
  let wholeTokens: ClosedRange<Int>
  /// How far it has come.
  public internal(set) var stage = Stage.ranking
  /// The evicted tokens that the full cache's answer looked at where it is aimed first, the most wanted
  /// first; `listLimit` at most.
  public internal(set) var lost: [LostToken] = []
  /// How many evicted tokens got more than an even share of the attention there.
  public internal(set) var lostCount = 0
  /// One aim after the other, each beside what those before it brought back.
  public internal(set) var parts: [WhyPart] = []
  /// Tokens that the tries passed through the model, as `work` counts them.
  public internal(set) var passedTokens = 0
  /// Seconds that the search took.
  public internal(set) var seconds = 0.0

  /// Prepares to find out.
  /// - Parameter target: what of the answer is aimed at first.
  /// - Throws: `WhyError` when there is nothing to find out.
  public init(_ run: Run, policy: Policy, target: WhyTarget = .first) throws {
    guard run.hasModel else { throw WhyError.needsModel }
    guard run.stage == .done, let full = run.full else { throw WhyError.notFinished }
    guard let result = run.results.first(where: { $0.policy == policy }) else {
      throw WhyError.noResult(policy)
    }
    guard let step = result.answer.firstDifference(from: full.answer) else {
      throw WhyError.sameAnswer(policy)
    }
    self.policy = policy
    self.target = target
    self.step = step
    func token(_ result: PolicyResult) -> Int? {
      result.answer.tokens.indices.contains(step) ? result.answer.tokens[step] : nil
    }
    (expected, said) = (token(full), token(result))
    expectedTokens = run.expectedTokens
    wholeTokens = 0...max(step, full.answer.tokens.count - (full.answer.hasEnded ? 0 : 1))
    let tokens: ClosedRange<Int>
    switch target {
    case .first: tokens = step...step
    case .whole: tokens = wholeTokens
    case .token(let index):
      guard wholeTokens.contains(index) else {
        throw WhyError.noToken(index, count: wholeTokens.count)
      }
      let differing = run.differingTokens(of: result)
      guard differing.contains(index) else { throw WhyError.saidAnyway(policy, index, differing) }
      tokens = index...index
    case .expected:
      guard !run.settings.expected.isEmpty else { throw WhyError.nothingExpected }
      guard let expectedTokens else { throw WhyError.fullMissesExpected }
      let isTold = run.differingTokens(of: result).contains { expectedTokens.contains($0) }
      // Where the cache says them once it is told what comes before, that is what it lacks.
      tokens = isTold ? expectedTokens : 0...max(step, expectedTokens.upperBound)
    }
    aim = WhyAim(target: target, tokens: tokens)
  }

  /// The sets of pieces that were restored and decoded on.
  public var tries: Int { parts.reduce(0) { $0 + $1.tries } }

  /// What brings back what was found last, and all before it; empty until something does.
  public var restored: [WhyPiece] {
    parts.last { !$0.sets.isEmpty }.map { $0.before + $0.sets[0].pieces } ?? []
  }

  /// Whether each of the restored pieces is needed for what was found last.
  public var isSmallest: Bool { parts.last { !$0.sets.isEmpty }?.sets[0].isSmallest ?? false }

  /// Whether what was found last brings the whole answer back.
  public var isWhole: Bool {
    parts.last { !$0.sets.isEmpty }.map { $0.answer != nil && $0.following == nil } ?? false
  }

  /// Whether the answer with what was found last has what is expected in it; `true` where nothing is.
  var hasExpected: Bool { parts.last { $0.answer != nil }?.hasExpected ?? (expectedTokens == nil) }

  /// Whether nothing more will come.
  public var isFinished: Bool {
    switch stage {
    case .ranking, .searching: false
    case .found, .notFound, .cancelled, .failed: true
    }
  }

  /// Whether the search ended, or was stopped, before all was tried, so that it can go on.
  public var canGoOn: Bool {
    switch stage {
    case .found, .notFound, .cancelled: parts.contains { !$0.isSettled } || stage == .cancelled
    case .ranking, .searching, .failed: false
    }
  }

  /// The same with as much work again before it, from where the search ended.
  public func goingOn() -> WhyFinding {
    var finding = self
    finding.stage = finding.parts.isEmpty ? .ranking : .searching
    return finding
  }

  /// The policy with the restored pieces kept by hand.
  public var restoredPolicy: Policy { policy.edited(policy.edits + restored.map(\.restoring)) }
}
