import Eviction
import Foundation
import Transformer

/// What a file can keep of a finished run: what every policy has kept and answered, and how well.
///
/// The recording is left out, and so is what is looked up in it (scores, attention, figures of the heads): it
/// is nearly all of the memory, and the model makes it again in the time of a prefill.
public struct RememberedRun: Codable, Sendable, Equatable {
  /// The full cache's answer.
  let full: Answer
  /// One for each policy that has a result, in the settings' order.
  let results: [Result]
  /// Why others have none.
  let refusals: [Refusal]

  /// A policy's result.
  struct Result: Codable, Sendable, Equatable {
    /// Its place in the settings' list.
    let policy: Int
    /// A bit for each token of each head of each layer, the lowest of a byte first.
    let kept: Data
    let answer: Answer
    /// What the cache says at the full cache's answer, where its own is another.
    let followed: Answer?
    /// The lookahead's tokens, for policies that have one.
    let pseudo: Answer?
    let mismatch: String?
    /// `[layer][queryHead]` each.
    let recall: [[Double]], massRecall: [[Double]]
    let outputErrors: [[Double]]?
    let recallCeiling: Double?
    let choice: ChoiceFigures?
    let seconds: Double
  }

  /// Decoded tokens.
  struct Answer: Codable, Sendable, Equatable {
    let tokens: [Int]
    let steps: [Step]
    let held: [Double]
    let hasEnded: Bool
  }

  /// The likeliest tokens at one step.
  struct Step: Codable, Sendable, Equatable {
    let tokens: [Int]
    let probabilities: [Float]
    let divergence: Float?
    /// Nothing in files of programs that did not know it.
    let entropy: Float?
  }

  /// Why a policy has no result.
  struct Refusal: Codable, Sendable, Equatable {
    let policy: Int
    let reason: String
  }

  /// Takes what a run has computed; `nil` for one that is not complete.
  public init?(_ run: Run) {
    guard run.stage == .done || run.isRemembered, run.hasModel, let full = run.full
    else { return nil }
    self.full = Answer(full.answer)
    let places = run.settings.policies
    results = run.results.compactMap { result in
      guard let agreement = result.agreement, let policy = places.firstIndex(of: result.policy) else {
        return nil
      }
      return Result(
        policy: policy, kept: result.kept.bits, answer: Answer(result.answer),
        followed: result.followed.map(Answer.init), pseudo: result.lookahead.map { Answer($0.pseudo) },
        mismatch: result.lookahead?.mismatch, recall: agreement.map { $0.map(\.recall) },
        massRecall: agreement.map { $0.map(\.massRecall) }, outputErrors: result.outputErrors,
        recallCeiling: result.recallCeiling, choice: result.choice, seconds: result.evictionSeconds)
    }
    refusals = run.unavailable.compactMap { refused in
      places.firstIndex(of: refused.policy).map { Refusal(policy: $0, reason: refused.reason) }
    }
    guard results.count == run.results.count else { return nil }
  }
}

extension RememberedRun.Answer {
  init(_ answer: Continuation) {
    (tokens, held, hasEnded) = (answer.tokens, answer.heldTokens, answer.hasEnded)
    steps = answer.steps.map { step in
      RememberedRun.Step(
        tokens: step.candidates.map(\.token), probabilities: step.candidates.map(\.probability),
        divergence: step.divergence, entropy: step.entropy)
    }
  }
}

extension KeptTokens {
  /// A bit for each token of each head of each layer, the lowest of a byte first.
  package var bits: Data {
    var bits = Data(count: Self.bitsSize(positions.reduce(0) { $0 + $1.count } * tokenCount))
    var start = 0
    for head in positions.joined() {
      for position in head { bits[(start + position) / 8] |= 1 << UInt8((start + position) % 8) }
      start += tokenCount
    }
    return bits
  }

  /// What such bits stand for; `nil` if they are not of these sizes.
  package init?(bits: Data, shape: ModelShape, granularity: Granularity, tokenCount: Int) {
    let heads = granularity.headCount(in: shape)
    let bytes = Array(bits)
    guard bytes.count == Self.bitsSize(shape.layerCount * heads * tokenCount) else { return nil }
    self.init(
      shape: shape, granularity: granularity, tokenCount: tokenCount,
      positions: (0..<shape.layerCount).map { layer in
        (0..<heads).map { head in
          let start = (layer * heads + head) * tokenCount
          return (0..<tokenCount).filter { bytes[(start + $0) / 8] >> UInt8((start + $0) % 8) & 1 == 1 }
        }
      })
  }

  private static func bitsSize(_ count: Int) -> Int { (count + 7) / 8 }
}
