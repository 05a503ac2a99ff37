import Transformer

/// What a policy's kept set is made of: without this beside it, a score is not comparable with another's.
public struct ChoiceFigures: Sendable, Hashable, Codable {
  /// The budget, and what windows hang on beside it.
  public let facts: PromptFacts
  /// Tokens that a head keeps, the mean after the allocation.
  public let keptPerHead: Double
  /// The prompt's newest tokens whose queries are looked at; `nil`: all of them.
  public let window: Int?
  /// How far from the prompt's end that reaches: behind a question stand a template's tokens.
  public let reach: Int?
  /// Pseudo tokens whose queries are looked at; `nil` without a lookahead.
  public let pseudoCount: Int?
  /// Tokens that a head keeps for their score, the mean: what is left beside windows and sinks.
  public let chosenPerHead: Double
  /// What of the policy does nothing here.
  public let notes: [PolicyNote]

  /// Looks at a choice; `nil` for what has no scorer: the full cache, a file's choice.
  /// - Parameters:
  ///   - facts: what the choice was made for.
  ///   - pseudoCount: pseudo tokens of its lookahead.
  ///   - isFallback: whether these did not come from where the policy wants them.
  ///   - answerLimit: tokens of an answer at most, with which a cache grows.
  public init?(
    _ policy: Policy, kept: KeptTokens, scores: ScoreTable?, facts: PromptFacts, pseudoCount: Int? = nil,
    isFallback: Bool = false, answerLimit: Int
  ) {
    guard let unresolved = policy.scorer, let scores, let scorer = try? unresolved.resolved(for: facts) else {
      return nil
    }
    self.facts = facts
    self.pseudoCount = pseudoCount
    reach = scorer.observedTokens
    window = (scorer as? any WindowScorer)?.window.count ?? scorer.observedTokens
    // The first stage of CriticalKV protects what was chosen by score.
    let isWeighed = policy.wrappers.contains { if case .critical = $0 { true } else { false } }
    var (chosen, zeros) = (0, 0)
    for (layer, heads) in kept.positions.enumerated() {
      for (head, positions) in heads.enumerated() {
        let always = Set(
          isWeighed
            ? scorer.protectedPositions(tokenCount: kept.tokenCount, budget: positions.count)
            : scores.protected(layer: layer, head: head))
        let byScore = positions.filter { !always.contains($0) }
        chosen += byScore.count
        guard !byScore.isEmpty else { continue }
        let row = scores.scores(layer: layer, head: head)
        zeros += byScore.count { row[$0] == 0 }
      }
    }
    let headCount = Double(max(1, kept.positions.reduce(0) { $0 + $1.count }))
    keptPerHead = kept.meanCount
    chosenPerHead = Double(chosen) / headCount
    notes =
      facts.budget < kept.tokenCount && policy.edits.isEmpty
      ? PolicyNote.all(
        policy, scorer, kept, facts, chosen: chosenPerHead, zeros: Double(zeros) / headCount,
        answerLimit: answerLimit) + (isFallback ? [PolicyNote(.nothingToCopy)] : []) : []
  }

  /// Whether heads keep another number than the budget, on average: its scores are of another cache.
  public var keepsOtherTotal: Bool { Self.isOther(keptPerHead, than: facts.budget) }

  /// Whether a mean is another number than a budget, up to what rounding to whole tokens makes.
  public static func isOther(_ mean: Double, than budget: Int) -> Bool {
    abs(mean - Double(budget)) > max(0.5, Double(budget) / 100)
  }

  /// A mean number of tokens as it is written: with a decimal only where it is no whole number.
  public static func text(_ mean: Double) -> String {
    let tenths = (mean * 10).rounded() / 10
    return tenths == tenths.rounded() && abs(tenths) < 1e9 ? String(Int(tenths)) : String(tenths)
  }
}
