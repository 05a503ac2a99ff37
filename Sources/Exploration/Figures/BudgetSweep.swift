import Eviction
import Transformer

/// Recall against budget: what each policy would keep at other budgets, measured on the same decode
/// attention.
///
/// A value that grows point by point; it stays valid as long as the prompt does, whatever budget is explored.
public struct BudgetSweep: Sendable {
  /// A policy, and the heads that share a kept set.
  public struct Key: Sendable, Hashable {
    /// The policy.
    public let policy: Policy
    /// The heads that share one kept set.
    public let granularity: Granularity

    /// Names a line of the plot.
    public init(policy: Policy, granularity: Granularity) {
      self.policy = policy
      self.granularity = granularity
    }
  }

  /// What a policy covers at one budget, the means over all query heads.
  public struct Point: Sendable, Hashable {
    /// Tokens per layer and head.
    public let budget: Int
    /// The share of the oracle's tokens that are kept.
    public let recall: Double
    /// The share of the true attention mass that falls on kept tokens.
    public let massRecall: Double

    /// Makes a point.
    public init(budget: Int, recall: Double, massRecall: Double) {
      self.budget = budget
      self.recall = recall
      self.massRecall = massRecall
    }
  }

  private var lines: [Key: [Int: Point]] = [:]
  /// Why a policy has no line.
  public private(set) var unavailable: [Key: String] = [:]

  /// Makes a sweep without points.
  public init() {}

  /// The known points of a policy by budget, ascending.
  public func points(_ key: Key) -> [Point] { (lines[key] ?? [:]).values.sorted { $0.budget < $1.budget } }

  /// Whether nothing more will come.
  public func isComplete(_ key: Key, tokenCount: Int) -> Bool {
    // A choice that was read from a file has its author's budget, and no other.
    let count = key.policy.map == nil ? Self.budgets(tokenCount: tokenCount).count : 1
    return unavailable[key] != nil || lines[key]?.count == count
  }

  /// Adds a point.
  public mutating func add(_ point: Point, to key: Key) { lines[key, default: [:]][point.budget] = point }

  /// Adds what another sweep of the same prompt knows.
  public mutating func merge(_ other: BudgetSweep) {
    lines.merge(other.lines) { own, newer in own.merging(newer) { $1 } }
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

/// What is needed to sweep: the recording and its decode queries.
struct BudgetSweeping {
  private let run: Run
  private let recording: Recording
  private let mass: HeadTable
  private let source: any RunSource

  /// `nil` until the full cache has answered.
  init?(_ run: Run, source: any RunSource) {
    guard source.isOpen, let recording = run.recording, let mass = run.decodeMass else { return nil }
    self.run = run
    self.recording = recording
    self.mass = mass
    self.source = source
  }

  /// Adds the missing points of some policies to a sweep, one policy after the other, until the task is
  /// cancelled.
  func sweep(_ keys: [BudgetSweep.Key], into sweep: BudgetSweep, onUpdate: (BudgetSweep) -> Void)
    -> BudgetSweep
  {
    var sweep = sweep
    for key in keys {
      do {
        try add(key, to: &sweep, onUpdate: onUpdate)
      } catch is CancellationError {
        return sweep
      } catch {
        sweep.refuse(key, String(describing: error))
        onUpdate(sweep)
      }
    }
    return sweep
  }

  /// Adds a policy's missing points.
  private func add(_ key: BudgetSweep.Key, to sweep: inout BudgetSweep, onUpdate: (BudgetSweep) -> Void)
    throws
  {
    if let map = key.policy.map {
      sweep.add(point(try evict(key, budget: map.meanCount), budget: map.meanCount), to: key)
      onUpdate(sweep)
      return
    }
    let known = Set(sweep.points(key).map(\.budget))
    let budgets = BudgetSweep.budgets(tokenCount: recording.tokenCount).filter { !known.contains($0) }
    let lookaheads = try lookaheads(key, budgets)
    for (index, budget) in budgets.enumerated() {
      try Task.checkCancellation()
      sweep.add(point(try evict(key, budget: budget, lookahead: lookaheads?[index]), budget: budget), to: key)
      onUpdate(sweep)
    }
  }

  private func evict(_ key: BudgetSweep.Key, budget: Int, lookahead: QueryRows? = nil) throws -> KeptTokens {
    let evidence = run.evidence(recording, lookahead: lookahead, output: source.output)
    return try key.policy.evict(evidence, budget: budget, granularity: key.granularity).kept
  }

  /// The queries of a policy's pseudo tokens at some budgets; `nil` for a policy without.
  ///
  /// They are decoded anew on each budget's own cheap cache, all in one pass. What a trace's model would
  /// decode is not known: the recorded rows stand for it.
  private func lookaheads(_ key: BudgetSweep.Key, _ budgets: [Int]) throws -> [QueryRows]? {
    guard let lookahead = key.policy.lookahead else { return nil }
    let decoding = source.decoding(
      recording, endTokens: [], question: [], referenceLogits: [], referenceTokens: [])
    let answer = run.answerRows(run.settings.answerLimit)
    if lookahead.source == .truth {
      let rows = answer?.queries.prefix(lookahead.tokenCount)
      return budgets.map { _ in rows ?? QueryRows(shape: recording.shape) }
    }
    guard let greedy = decoding else {
      return budgets.map { budget in
        source.recordedLookahead(
          lookahead, facts: run.prompt.facts(budget: budget), granularity: key.granularity)?
          .queries.prefix(lookahead.tokenCount) ?? QueryRows(shape: recording.shape)
      }
    }
    // On the full cache the same is decoded whatever the budget.
    let works = try (lookahead.hasCheapCache ? budgets : Array(budgets.prefix(1))).map { budget in
      let cheap = try lookahead.cheap.evict(
        run.evidence(recording, output: source.output), budget: budget, granularity: key.granularity
      ).kept
      return LookaheadWork(lookahead, cheap: cheap, prompt: run.prompt.tokens.map(\.id), by: greedy)
    }
    let rows = try greedy.lookaheads(works, answer: answer).map(\.queries)
    return budgets.indices.map { rows[min($0, rows.count - 1)] }
  }

  private func point(_ kept: KeptTokens, budget: Int) -> BudgetSweep.Point {
    let agreements = kept.agreement(withMass: mass, budget: budget).flatMap { $0 }
    let count = Double(max(1, agreements.count))
    return BudgetSweep.Point(
      budget: budget, recall: agreements.reduce(0) { $0 + $1.recall } / count,
      massRecall: agreements.reduce(0) { $0 + $1.massRecall } / count)
  }
}
