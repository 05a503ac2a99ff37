import Eviction
import Transformer

/// Recall against budget, and answers: what each policy would keep at other budgets, measured on the same
/// decode attention, and what it would say.
///
/// A value that grows point by point; it stays valid as long as the prompt does, whatever budget is explored.
public struct BudgetSweep: Sendable {
  /// A policy, and the heads that share a kept set.
  public struct Key: Sendable, Hashable {
    /// The policy.
    public let policy: Policy
    /// The heads that share one kept set.
    public let granularity: Granularity
    /// Tokens that an answer may have; all figures are about such answers.
    public let answerLimit: Int

    /// Names a line of the plot.
    public init(policy: Policy, granularity: Granularity, answerLimit: Int = 64) {
      (self.policy, self.granularity, self.answerLimit) = (policy, granularity, answerLimit)
    }

    /// Names the line of one of a run's policies.
    public init(_ policy: Policy, _ settings: ExplorationSettings) {
      self.init(
        policy: policy, granularity: settings.granularity, answerLimit: settings.answerLimit)
    }
  }

  /// What a policy covers at one budget, the means over all query heads, and what it says there.
  public struct Point: Sendable, Hashable {
    /// Tokens per layer and head.
    public let budget: Int
    /// The share of the oracle's tokens that are kept; `nil` where the true answer looks at nothing.
    public internal(set) var recall: Double?
    /// The share of the true attention mass that falls on kept tokens; `nil` where there is none.
    public internal(set) var massRecall: Double?
    /// What its answer comes to; `nil` until it is decoded.
    public internal(set) var answer: Answer?

    /// Makes a point.
    public init(budget: Int, recall: Double?, massRecall: Double?, answer: Answer? = nil) {
      (self.budget, self.recall, self.massRecall, self.answer) = (budget, recall, massRecall, answer)
    }
  }

  /// What an answer at one budget comes to.
  public struct Answer: Sendable, Hashable {
    /// KL(full ‖ policy) in nats, the mean over the steps of the full cache's answer.
    public let divergence: Double?
    /// Of so many steps of the full cache's answer, at how many the policy says the same token.
    public let agreeing: Int, compared: Int
    /// The share of what is expected that the answer has in it; `nil` where nothing is expected.
    public let expectedShare: Double?
    /// The share of the full cache's answer that comes before the first other token.
    public let sameShare: Double?
    /// Its mark.
    public let mark: AnswerMark?

    /// Makes one; of a policy that cannot answer here everything is unknown.
    public init(
      divergence: Double? = nil, agreeing: Int = 0, compared: Int = 0, expectedShare: Double? = nil,
      sameShare: Double? = nil, mark: AnswerMark? = nil
    ) {
      (self.divergence, self.agreeing, self.compared) = (divergence, agreeing, compared)
      (self.expectedShare, self.sameShare, self.mark) = (expectedShare, sameShare, mark)
    }

    /// Measures what a policy says, or what it would have said at another budget of a run.
    public init(_ result: PolicyResult, of run: Run) {
      let figures = ResultFigures(result, full: run.full, mark: run.mark(of: result))
      let count = Double(max(1, run.full?.answer.steps.count ?? 1))
      self.init(
        divergence: figures.divergence, agreeing: figures.agreeing, compared: figures.compared,
        expectedShare: run.expectedShare(of: result),
        sameShare: figures.firstDifference.map { Double($0) / count } ?? 1, mark: figures.mark)
    }

    /// The share of the compared steps at which the policy says the same token.
    public var agreement: Double? { compared > 0 ? Double(agreeing) / Double(compared) : nil }
  }

  private var lines: [Key: [Int: Point]] = [:]
  /// Why a policy has no line.
  public private(set) var unavailable: [Key: String] = [:]

  /// Makes a sweep without points.
  public init() {}

  /// The known points of a policy by budget, ascending.
  public func points(_ key: Key) -> [Point] { (lines[key] ?? [:]).values.sorted { $0.budget < $1.budget } }

  /// Whether nothing more will come, of a run that is done.
  public func isComplete(_ key: Key, of run: Run) -> Bool {
    guard unavailable[key] == nil else { return true }
    let known = (lines[key] ?? [:]).values
    let count = Self.budgets(key, of: run).count
    return (run.decodeMass == nil || known.count { $0.massRecall != nil } == count)
      && (!run.hasModel || known.count { $0.answer != nil } == count)
  }

  /// The budgets that a line of a run's plot has.
  public static func budgets(_ key: Key, of run: Run) -> [Int] {
    // A choice that was read from a file has its author's budget, and no other.
    key.policy.map.map { [$0.meanCount] } ?? budgets(tokenCount: run.prompt.tokens.count)
  }

  /// Adds a point.
  public mutating func add(_ point: Point, to key: Key) {
    var known = lines[key]?[point.budget] ?? point
    known.recall = point.recall ?? known.recall
    known.massRecall = point.massRecall ?? known.massRecall
    known.answer = point.answer ?? known.answer
    lines[key, default: [:]][point.budget] = known
  }

  /// Adds what another sweep of the same prompt knows.
  public mutating func merge(_ other: BudgetSweep) {
    for (key, points) in other.lines {
      for point in points.values { add(point, to: key) }
    }
    unavailable.merge(other.unavailable) { $1 }
  }

  /// Notes why there is none.
  mutating func refuse(_ key: Key, _ reason: String) { unavailable[key] = reason }

  /// The budgets of a sweep: powers of two from 8 on that are less than the prompt, then the numbers half-way
  /// between them, so that a line is seen whole before it becomes fine.
  public static func budgets(tokenCount: Int) -> [Int] {
    let powers = (3..<24).map { 1 << $0 }.filter { $0 < tokenCount }
    return powers + powers.map { $0 / 2 * 3 }.filter { $0 < tokenCount }
  }
}

extension BudgetSweep {
  /// How far some lines have come, in a few words.
  package func progress(_ keys: [Key]) -> String {
    let points = keys.flatMap { self.points($0) }
    let answers = points.count { $0.answer != nil }
    return answers == 0
      ? "recall at other budgets, point \(points.count)" : "answers at other budgets, \(answers)"
  }
}
