/// A budget that is resolved for a prompt: how many tokens a head keeps on average.
public struct TokenBudget: Sendable, Hashable {
  /// Tokens per layer and head, at least 1 unless 0 was asked for.
  public let tokens: Int
  /// The budget before it was rounded down: `n · (1 − r)` where a share was asked for.
  public let exact: Double
  /// Prompt tokens.
  public let tokenCount: Int
  /// kvpress' compression ratio; `nil` where tokens were asked for.
  let ratio: Double?

  /// A number of tokens; more than there are keep everything.
  public init(tokens: Int, tokenCount: Int) {
    self.tokens = max(0, tokens)
    self.tokenCount = tokenCount
    exact = Double(max(0, tokens))
    ratio = nil
  }

  /// A share as kvpress reads it: `Int(n · (1 − r))` tokens, in double precision and in this order, and at
  /// least one.
  ///
  /// The subtraction rounds: for `r = 0.9` and `n = 100` it keeps 9 tokens, not 10.
  public init(compressionRatio: Double, tokenCount: Int) {
    exact = Double(tokenCount) * (1 - compressionRatio)
    tokens = compressionRatio >= 1 ? 0 : max(1, Int(exact))
    self.tokenCount = tokenCount
    ratio = compressionRatio
  }

  /// A share that a person typed.
  public init(_ share: Budget.Share, tokenCount: Int) {
    self.init(compressionRatio: share.compressionRatio, tokenCount: tokenCount)
  }

  /// The same share of fewer things (tokens of a chunk, chunks of a prompt), rounded down, at least one.
  func count(of whole: Int) -> Int {
    guard tokenCount > 0, whole > 0 else { return 0 }
    guard let ratio else { return max(1, whole * min(tokens, tokenCount) / tokenCount) }
    return max(1, Int(Double(whole) * (1 - ratio)))
  }

  /// What all heads of all layers keep together: without what rounds down to tokens for each of them.
  func keptOverall(headCount: Int) -> Int {
    guard let ratio else { return tokens * headCount }
    let all = headCount * tokenCount
    return all - Int(Double(all) * ratio)  // KVzip rounds what goes, not what stays
  }
}
