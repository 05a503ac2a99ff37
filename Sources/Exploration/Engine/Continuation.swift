/// Tokens decoded greedily on one cache, with what the model thought at each of them.
public struct Continuation: Sendable {
  /// The decoded tokens; an end token is not among them.
  public var tokens: [Int] = []
  /// One entry per decoded token, and one for the end token if it came.
  public var steps: [NextTokens] = []
  /// The mean tokens per layer and head that the cache held when each step was chosen.
  public var heldTokens: [Double] = []
  /// Whether an end token ended it, rather than the limit.
  public var hasEnded = false

  /// Makes an empty continuation.
  public init() {}

  /// Whether nothing would come after these tokens.
  /// - Parameter limit: tokens at most.
  public func isComplete(limit: Int) -> Bool { hasEnded || tokens.count >= limit }

  /// Its first tokens, with what the model thought at each of them: what it would be with such a limit.
  func prefix(_ count: Int) -> Continuation {
    var result = self
    guard count <= tokens.count else { return result }
    result.tokens = Array(tokens.prefix(count))
    result.steps = Array(steps.prefix(count))
    result.heldTokens = Array(heldTokens.prefix(count))
    result.hasEnded = false
    return result
  }

  /// The first index at which two continuations differ; `nil` when one begins with the other and
  /// both ended alike.
  public func firstDifference(from other: Continuation) -> Int? {
    for index in 0..<min(tokens.count, other.tokens.count) where tokens[index] != other.tokens[index] {
      return index
    }
    return tokens.count == other.tokens.count ? nil : min(tokens.count, other.tokens.count)
  }
}
