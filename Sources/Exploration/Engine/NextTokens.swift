import Foundation

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

  /// The greedy choice.
  public var choice: Int { candidates.first?.token ?? 0 }

  /// Reads a step's logits.
  /// - Parameters:
  ///   - logits: `[vocabulary]`.
  ///   - reference: the full cache's logits at the same step after the same tokens, if they are known.
  public init(logits: [Float], reference: [Float]? = nil, count: Int = 8) {
    let normaliser = Self.logSumExp(logits)
    candidates = Self.highest(count, logits).map {
      Candidate(token: $0, probability: exp(logits[$0] - normaliser))
    }
    divergence = reference.map { reference in
      let other = Self.logSumExp(reference)
      var sum: Double = 0
      for (p, q) in zip(reference, logits) {
        let log = Double(p - other)
        sum += Foundation.exp(log) * (log - Double(q - normaliser))
      }
      return Float(max(0, sum))
    }
  }

  /// Takes the likeliest tokens as they were recorded.
  /// - Parameters:
  ///   - logits: theirs, finite.
  ///   - logSumExp: that of all logits.
  public init(tokens: [Int], logits: [Float], logSumExp: Float) {
    candidates = zip(tokens, logits).sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
      .map { Candidate(token: $0, probability: min(1, exp($1 - logSumExp))) }
    divergence = nil
  }

  /// The highest of some logits, highest first, equal ones by id, with the log-sum-exp of all: what a trace
  /// holds of a step.
  static func highest(_ count: Int, of logits: [Float]) -> (tokens: [Int], logits: [Float], logSumExp: Float)
  {
    let tokens = highest(count, logits)
    return (tokens, tokens.map { logits[$0] }, logSumExp(logits))
  }

  /// The ids of the highest logits, the highest first; equal ones by id. One look at each logit: a whole
  /// vocabulary is not sorted for eight of its tokens.
  private static func highest(_ count: Int, _ logits: [Float]) -> [Int] {
    var best: [Int] = []
    for (id, logit) in logits.enumerated() {
      guard best.count < count || best.last.map({ logit > logits[$0] }) ?? false else { continue }
      if best.count == count { best.removeLast() }
      best.insert(id, at: best.lastIndex { logits[$0] >= logit }.map { $0 + 1 } ?? 0)
    }
    return best
  }

  private static func logSumExp(_ logits: [Float]) -> Float {
    let largest = logits.max() ?? 0
    return largest + log(logits.reduce(0) { $0 + exp($1 - largest) })
  }
}
