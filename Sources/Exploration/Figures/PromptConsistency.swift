import Eviction
import Transformer

/// How consistent policies' views of one prompt are with what the model attends to while it answers: the motivation of
/// Lookahead Q-Cache (Wang et al. 2025, section 3), head by head.
public struct PromptConsistency: Sendable {
  /// One policy at one budget.
  public struct Entry: Sendable {
    /// The policy.
    public let policy: Policy
    /// The budget that was asked for.
    public let budget: Budget
    /// Prompt tokens that the heads kept, on average.
    public let keptTokens: Double
    /// What the kept tokens cover of the truth, `[layer][queryHead]`.
    public let agreement: [[Agreement]]
    /// The mean cosine of the lookahead's summed rows with each true row, `[layer][queryHead]`; `nil` without a lookahead.
    public let lookaheadCosine: [[Double]]?
    /// Why there are no figures.
    public let obstacle: String?
  }

  /// Tokens that the full cache's answer fed: the rows of the truth.
  public let trueRowCount: Int
  /// The mean cosine of the observation window's summed rows with each true row, `[layer][queryHead]`.
  public let windowCosine: [[Double]]
  /// The mean cosine of the true rows' own sum with each of them, `[layer][queryHead]`: how far a sum can go.
  public let truthCosine: [[Double]]
  /// Every policy at every budget, budgets of a policy together.
  public let entries: [Entry]
}

/// A prompt whose answer is over before a token of it is fed has no truth to compare with.
public struct NoTrueRows: Error, Hashable, CustomStringConvertible {
  public var description: String {
    "the full cache's answer ends at once, so there are no decode queries to compare with; choose another text or question"
  }
}

extension Explorer {
  /// Measures every policy at every budget against the true decode queries of the full cache's answer; nothing is decoded
  /// on what the policies keep.
  ///
  /// Cost: a prefill, the full cache's answer, a lookahead for each budget; then an attention row per head for each row
  /// that is compared.
  /// - Throws: as `answers`; `NoTrueRows`.
  public func consistency(_ request: AnswerRequest) throws -> PromptConsistency {
    try withAnswering(request) { answering in
      let choice = try answering.choose()
      return try PromptConsistency(choice, recording: answering.recording)
    }
  }
}

extension PromptConsistency {
  init(_ choice: Answering.Choice, recording: Recording) throws {
    let truth = choice.full.queries
    guard truth.count > 0 else { throw NoTrueRows() }
    let mass = try HeadTable.trueMass(Evidence(recording: recording, decode: truth))
    var stages: [Answering.Stage: Int] = [:]
    var lookaheads: [QueryRows] = []
    for course in choice.courses {
      guard let stage = course.stage, let rows = course.lookahead, rows.count > 0, stages[stage] == nil else { continue }
      stages[stage] = lookaheads.count
      lookaheads.append(rows)
    }
    let heads = try HeadFigures.heads(recording, decode: truth, lookaheads: lookaheads, comparesTruth: true)
    trueRowCount = truth.count
    windowCosine = heads.map { $0.map(\.window) }
    truthCosine = heads.map { $0.map(\.truth) }
    entries = choice.courses.map { course in
      let place = course.stage.flatMap { stages[$0] }
      return Entry(
        policy: course.policy, budget: course.budget, keptTokens: course.kept?.meanCount ?? 0,
        agreement: course.kept?.agreement(withMass: mass) ?? [],
        lookaheadCosine: place.map { place in heads.map { $0.map { $0.lookahead(place) } } }, obstacle: course.obstacle)
    }
  }
}
