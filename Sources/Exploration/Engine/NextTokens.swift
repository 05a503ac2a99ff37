import Foundation
import Kernels

/// The likeliest next tokens at one step, and how far the distribution is from the full cache's.
public struct NextTokens: Sendable, Hashable {
  /// A token and its probability.
  public struct Candidate: Sendable, Hashable {
    /// The token's id.
    public let token: Int
    /// Its probability under the softmax of all logits.
    public let probability: Float
  }

  /// The likeliest tokens, likeliest first; equal ones by id.
  public let candidates: [Candidate]
  /// KL(full ‖ this) in nats, where the full cache's lane decoded the same tokens so far.
  public let divergence: Float?
  /// The entropy of all next tokens in nats: how undecided the cache is; `nil` where only the likeliest are
  /// known, as in a trace.
  public let entropy: Float?

  /// The greedy choice.
  public var choice: Int { candidates.first?.token ?? 0 }

  /// Takes what is known of a step.
  init(candidates: [Candidate], divergence: Float?, entropy: Float? = nil) {
    (self.candidates, self.divergence, self.entropy) = (candidates, divergence, entropy)
  }

  /// Reads a step's logits.
  /// - Parameters:
  ///   - logits: `[vocabulary]`.
  ///   - reference: the full cache's logits at the same step after the same tokens, if they are known.
  public init(logits: [Float], reference: [Float]?, count: Int = 8) {
    self.init(logits: logits, reference: reference.map { ($0, Self.logSumExp($0)) }, count: count)
  }

  /// The same with a reference whose log-sum-exp is known: that of a step is the same for every cache.
  init(logits: [Float], reference: (logits: [Float], logSumExp: Double)? = nil, count: Int = 8) {
    let normaliser = Self.logSumExp(logits)
    // Rounded to a float as in a trace, so that the same step has the same probabilities from either.
    candidates = Self.highest(count, logits).map {
      Candidate(token: $0, probability: min(1, exp(logits[$0] - Float(normaliser))))
    }
    entropy = Self.entropy(logits, normaliser)
    divergence = reference.map { reference in
      let shared = Int32(min(reference.logits.count, logits.count))
      return Float(
        max(0, laq_divergence(reference.logits, reference.logSumExp, logits, normaliser, shared)))
    }
  }

  /// Takes the likeliest tokens as they were recorded.
  /// - Parameters:
  ///   - logits: theirs, finite.
  ///   - logSumExp: that of all logits.
  public init(tokens: [Int], logits: [Float], logSumExp: Float) {
    candidates = zip(tokens, logits).sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
      .map { Candidate(token: $0, probability: min(1, exp($1 - logSumExp))) }
    (divergence, entropy) = (nil, nil)
  }

  /// The entropy of the softmax of some logits: the sum of p log p is how far it is from logits of nothing
  /// but zeros whose own sum is left out.
  private static func entropy(_ logits: [Float], _ normaliser: Double) -> Float {
    let zeros = [Float](repeating: 0, count: logits.count)
    return Float(max(0, -laq_divergence(logits, normaliser, zeros, 0, Int32(logits.count))))
  }

  /// The highest of some logits, highest first, equal ones by id, with the log-sum-exp of all: what a trace
  /// holds of a step.
  static func highest(_ count: Int, of logits: [Float]) -> (tokens: [Int], logits: [Float], logSumExp: Float)
  {
    let tokens = highest(count, logits)
    return (tokens, tokens.map { logits[$0] }, Float(logSumExp(logits)))
  }

  /// The ids of the highest logits, the highest first; equal ones by id.
  private static func highest(_ count: Int, _ logits: [Float]) -> [Int] {
    var best = [Int32](repeating: 0, count: count + 1)
    let found = laq_highest(logits, Int32(logits.count), Int32(count), &best)
    return best.prefix(Int(found)).map(Int.init)
  }

  /// The logarithm of what the softmax of some logits is divided by.
  static func logSumExp(_ logits: [Float]) -> Double { laq_log_sum_exp(logits, Int32(logits.count)) }
}
