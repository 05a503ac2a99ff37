import Foundation
import Transformer

/// What a cache says of the tokens that are to come back, once something is restored.
public struct WhyOutcome: Sendable, Hashable {
  /// Whether it says all of them.
  public let isBack: Bool
  /// How many it says before the first other one.
  public let saidCount: Int
  /// What it says at the first other one, or else at the last; `nil` for the end.
  public let said: Int?
  /// There, the place of the wanted token among all, 1 for the likeliest; `nil` where it is not among those
  /// that are known.
  public let rank: Int?
  /// There, the wanted token's probability.
  public let probability: Double
  /// There, KL(full ‖ this) in nats; `nil` where the full cache's logits are not known.
  public let divergence: Double?

  /// Whether it comes nearer than another one: more tokens said, then a better rank, a higher probability.
  package func comesNearer(than other: WhyOutcome) -> Bool {
    if isBack != other.isBack { return isBack }
    if saidCount != other.saidCount { return saidCount > other.saidCount }
    let ranks = (rank ?? Int.max, other.rank ?? Int.max)
    return ranks.0 != ranks.1 ? ranks.0 < ranks.1 : probability > other.probability
  }
}

extension WhyOutcome {
  /// Reads what was said step by step.
  /// - Parameters:
  ///   - steps: those of the aim's tokens, or as many of them as there are up to the first other one.
  ///   - logits: those of the last of these steps.
  ///   - answer: the full cache's.
  init(
    _ aim: WhyAim, steps: [NextTokens], logits: [Float], answer: Continuation, endTokens: Set<Int>
  ) {
    let first = aim.tokens.lowerBound
    let other = steps.indices.first { !aim.isWanted(steps[$0].choice, at: first + $0, answer, endTokens) }
    isBack = other == nil && steps.count == aim.tokens.count
    saidCount = other ?? steps.count
    let place = min(saidCount, steps.count - 1)
    let step = steps.indices.contains(place) ? steps[place] : NextTokens(candidates: [], divergence: nil)
    said = step.candidates.first.flatMap { endTokens.contains($0.token) ? nil : $0.token }
    divergence = step.divergence.map(Double.init)
    if place == steps.count - 1, !logits.isEmpty {
      let wanted =
        answer.tokens.indices.contains(first + place)
        ? [answer.tokens[first + place]] : endTokens.filter(logits.indices.contains).sorted()
      let highest = wanted.map { logits[$0] }.max() ?? -.infinity
      rank = 1 + logits.count { $0 > highest }
      probability = exp(Double(highest) - NextTokens.logSumExp(logits))
    } else {
      let index = step.candidates.firstIndex {
        aim.isWanted($0.token, at: first + place, answer, endTokens)
      }
      rank = index.map { $0 + 1 }
      probability = index.map { Double(step.candidates[$0].probability) } ?? 0
    }
  }
}

extension WhyAim {
  /// Whether a token is what the full cache says at a step, of its end any that ends.
  func isWanted(_ token: Int, at step: Int, _ answer: Continuation, _ endTokens: Set<Int>) -> Bool {
    answer.tokens.indices.contains(step) ? token == answer.tokens[step] : endTokens.contains(token)
  }
}
