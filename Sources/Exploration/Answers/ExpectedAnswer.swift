import Checkpoint

/// What a right answer has in it: a text, a regular expression, or one of several texts.
///
/// Upper and lower case of a text are the same, and so are one space, several and line ends; an expression is
/// taken as it stands.
public struct ExpectedAnswer: Sendable, Hashable, CustomStringConvertible {
  /// As it was typed, `/…/` for an expression; of several texts all of them.
  public let description: String
  private let texts: [String]
  private let isExpression: Bool

  /// Reads what was typed: an expression between slashes, or else a text.
  /// - Throws: `ExpectedAnswerError`.
  public init(parsing typed: String) throws {
    guard typed.count > 2, typed.hasPrefix("/"), typed.hasSuffix("/") else {
      guard !Self.plain(typed).isEmpty else { throw ExpectedAnswerError(typed: typed, reason: "it is empty") }
      (description, texts, isExpression) = (typed, [Self.plain(typed)], false)
      return
    }
    let expression = String(typed.dropFirst().dropLast())
    do { _ = try TextPattern(expression) } catch {
      throw ExpectedAnswerError(typed: typed, reason: error.reason)
    }
    (description, texts, isExpression) = (typed, [expression], true)
  }

  /// One of some texts; `nil` without a text that says something.
  public init?(anyOf texts: [String]) {
    let plain = texts.map(Self.plain).filter { !$0.isEmpty }
    guard !plain.isEmpty else { return nil }
    (description, self.texts, isExpression) = (texts.joined(separator: " | "), plain, false)
  }

  /// Whether an answer has it in it.
  public func isIn(_ answer: String) -> Bool {
    guard isExpression else {
      let answer = Self.plain(answer)
      return texts.contains { answer.contains($0) }
    }
    return texts.contains {
      (try? TextPattern($0))?.matches(in: Array(answer.utf8)).isEmpty == false
    }
  }

  private static func plain(_ text: String) -> String {
    text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

/// What was typed says nothing that an answer could have in it.
public struct ExpectedAnswerError: Error, Hashable, CustomStringConvertible {
  let typed: String
  let reason: String

  /// The sentence that a person reads.
  public var description: String {
    "an expected answer '\(typed)' was given (\(reason)); give a text, or a regular expression as /…/"
  }
}
