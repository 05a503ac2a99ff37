import Transformer

/// Something that a part of a policy does not do here, at this budget and of this prompt: whoever reads its
/// score must know it.
public struct PolicyNote: Sendable, Hashable, Codable {
  /// What does nothing.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// A pyramid whose least layer would have fewer tokens than the window; the figure is that least.
    case flatPyramid
    /// An allocation that gives every head the same.
    case uniform
    /// An allocation under which nothing is evicted.
    case evictsNothing
    /// Nothing was chosen by score; the figure is how many tokens are always kept.
    case choosesNothing
    /// Kept tokens whose score is 0, a head's mean.
    case zeroScores
    /// A cache that never grows beyond what it may hold; the figure is that number.
    case neverFull
    /// A cache that is reduced at longer intervals than an answer has tokens; the figure is the interval.
    case neverDue
    /// Heads keep another number than the budget, on average; the figure is their mean.
    case otherTotal
    /// Nothing earlier in the text to copy pseudo tokens from, which are LAQ's own then.
    case nothingToCopy
  }

  /// What does nothing.
  public let kind: Kind
  /// A number that belongs to it.
  public let figure: Double

  /// Makes a note, as of the mean of several prompts.
  public init(_ kind: Kind, _ figure: Double = 0) { (self.kind, self.figure) = (kind, figure) }

  /// The sentence.
  /// - Parameters:
  ///   - policy: whose note it is.
  ///   - budget: the budget, as it was asked for.
  public func sentence(_ policy: Policy, budget: String) -> String {
    let number = ChoiceFigures.text(figure)
    let allocation = policy.allocationDescriptor.name
    return switch kind {
    case .flatPyramid: "uniform here: the pyramid's minimum (\(number)) is below its window"
    case .uniform: "uniform here: every head keeps as many as without /\(allocation)"
    case .evictsNothing: "nothing is evicted here: /\(allocation) leaves every layer alone"
    case .choosesNothing: "no token was chosen by score: \(number) are always kept"
    case .zeroScores: "\(number) kept tokens per head have score 0: they stay for their place alone"
    case .neverFull: "+decode never evicts here: \(number) tokens are more than prompt and answer leave"
    case .neverDue: "+decode never evicts here: the answer has fewer than \(number) tokens"
    case .otherTotal: "keeps \(number) of \(budget) tokens per head"
    case .nothingToCopy:
      "source=lookup found no earlier occurrence to copy from: pseudo tokens are decoded, as with source=greedy"
    }
  }

  /// All that is to be said of a choice by which something may be evicted.
  static func all(
    _ policy: Policy, _ scorer: any Scorer, _ kept: KeptTokens, _ facts: PromptFacts, chosen: Double,
    zeros: Double, answerLimit: Int
  ) -> [PolicyNote] {
    var notes: [PolicyNote] = []
    let counts = Set(kept.positions.joined().map(\.count))
    let mean = kept.meanCount
    if counts == [kept.tokenCount] {
      notes.append(PolicyNote(.evictsNothing))
    } else if counts.count == 1, kept.positions.count > 1 {
      notes += flat(policy, scorer, kept, facts)
    }
    if chosen == 0, counts != [kept.tokenCount], !isRecency(scorer) {
      notes.append(PolicyNote(.choosesNothing, mean))
    }
    if zeros > 0 { notes.append(PolicyNote(.zeroScores, zeros)) }
    if let rule = policy.decoding(for: facts) {
      if (counts.max() ?? 0) + answerLimit <= rule.keep {
        notes.append(PolicyNote(.neverFull, Double(rule.keep)))
      } else if rule.every > answerLimit {
        notes.append(PolicyNote(.neverDue, Double(rule.every)))
      }
    }
    if counts != [kept.tokenCount], ChoiceFigures.isOther(mean, than: facts.budget) {
      notes.append(PolicyNote(.otherTotal, mean))
    }
    return notes
  }

  /// Why heads keep the same number under an allocation that is there to make them differ.
  private static func flat(
    _ policy: Policy, _ scorer: any Scorer, _ kept: KeptTokens, _ facts: PromptFacts
  ) -> [PolicyNote] {
    switch policy.allocation {
    case is UniformAllocation, is RatiosAllocation, is SimLayerAllocation: return []
    case let pyramid as PyramidAllocation where pyramid.style == .kvpress:
      let least = Double(facts.budget) / Double(pyramid.beta)
      let window = scorer.protectedPositions(tokenCount: kept.tokenCount, budget: facts.budget).count
      return [least < Double(window) ? PolicyNote(.flatPyramid, least) : PolicyNote(.uniform)]
    default: return [PolicyNote(.uniform)]
    }
  }

  /// Whether a scorer keeps places whatever the budget is, as StreamingLLM: it is not meant to choose.
  private static func isRecency(_ scorer: any Scorer) -> Bool {
    let (tokenCount, budget) = (1 << 15, 1 << 14)
    return scorer.protectedPositions(tokenCount: tokenCount, budget: budget).count == budget
  }
}
