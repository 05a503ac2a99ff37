/// What of the full cache's answer a search for a cause begins with.
public enum WhyTarget: Sendable, Hashable, CustomStringConvertible {
  /// The first token at which the policy's answer is another.
  case first
  /// One token of the full cache's answer, from 0.
  case token(Int)
  /// The tokens that are expected in a right answer.
  case expected
  /// All of it at once.
  case whole

  /// Reads `first`, `expected`, `whole`, or a token's number from 1; `nil` for anything else.
  public init?(_ typed: String) {
    switch typed {
    case "first": self = .first
    case "expected": self = .expected
    case "whole": self = .whole
    default:
      let digits = typed.hasPrefix("token=") ? typed.dropFirst("token=".count) : Substring(typed)
      guard let number = Int(digits), number > 0, digits.first?.isNumber == true else { return nil }
      self = .token(number - 1)
    }
  }

  /// As it is typed.
  public var description: String {
    switch self {
    case .first: "first"
    case .token(let index): "\(index + 1)"
    case .expected: "expected"
    case .whole: "whole"
    }
  }
}

/// Tokens of the full cache's answer that are to come back together: each is to be said by a cache that is
/// told the full cache's answer before it. Of a difference it is also asked that the policy comes to it.
public struct WhyAim: Sendable, Hashable {
  /// What they are.
  public let target: WhyTarget
  /// Indices into the full cache's answer; one beyond its last token stands for its end.
  public let tokens: ClosedRange<Int>
}

extension Run {
  /// The tokens of the full cache's answer that all which is expected is made of: the shortest beginning that
  /// has it, without what can be left out before it; `nil` where nothing is expected, or it is not there.
  var expectedTokens: ClosedRange<Int>? {
    guard !settings.expected.isEmpty, let tokens = full?.answer.tokens, !tokens.isEmpty else { return nil }
    func holds(_ range: Range<Int>) -> Bool {
      let text = vocabulary.text(tokens[range])
      return settings.expected.allSatisfy { $0.isIn(text) }
    }
    guard let end = tokens.indices.first(where: { holds(0..<$0 + 1) }) else { return nil }
    let start = (0...end).last { holds($0..<end + 1) } ?? 0
    return start...end
  }
}
