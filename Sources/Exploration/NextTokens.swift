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
    candidates = Self.likeliest(count, of: logits).map {
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

  /// The indices of the largest logits, largest first and equal ones in their order.
  ///
  /// Cost: one pass; after the first few, hardly a logit is larger than the least of those found.
  private static func likeliest(_ count: Int, of logits: [Float]) -> [Int] {
    var best: [Int] = []
    for (token, logit) in logits.enumerated() {
      if best.count == count {
        guard let least = best.last, logit > logits[least] else { continue }
        best.removeLast()
      }
      best.insert(token, at: best.firstIndex { logit > logits[$0] } ?? best.count)
    }
    return best
  }

  private static func logSumExp(_ logits: [Float]) -> Float {
    let largest = logits.max() ?? 0
    return largest + log(logits.reduce(0) { $0 + exp($1 - largest) })
  }
}
