import Checkpoint

/// What a right answer has in it: a text, a regular expression, or one of several texts.
///
/// Upper and lower case of a text are the same, and so are one space, several and line ends; an expression is
/// taken as it stands.
public struct ExpectedAnswer: Sendable, Hashable, CustomStringConvertible {
  /// As it was typed, `/…/` for an expression; of several texts all of them.
  public let description: String
  let texts: [String]
  let isExpression: Bool

  /// Reads what was typed: an expression between slashes, with an `i` behind it where upper and lower case
  /// are the same, or else a text.
  /// - Throws: `ExpectedAnswerError`.
  public init(parsing typed: String) throws {
    guard let (inner, flags) = Self.expression(typed) else {
      guard !Self.plain(typed).isEmpty else { throw ExpectedAnswerError(typed: typed, reason: "it is empty") }
      (description, texts, isExpression) = (typed, [Self.plain(typed)], false)
      return
    }
    guard ["", "i"].contains(flags) else {
      throw ExpectedAnswerError(
        typed: typed, reason: "of flags behind an expression only i is known, '\(flags)' was found")
    }
    let expression = flags.isEmpty ? inner : "(?i:\(inner))"
    do { _ = try TextPattern(expression) } catch {
      throw ExpectedAnswerError(typed: typed, reason: error.reason)
    }
    (description, texts, isExpression) = (typed, [expression], true)
  }

  /// What stands between slashes, and flags as other programs have them; `nil` for a text, as a path is one.
  private static func expression(_ typed: String) -> (inner: String, flags: String)? {
    guard typed.hasPrefix("/"), let end = typed.lastIndex(of: "/"), end > typed.startIndex else { return nil }
    let flags = typed[typed.index(after: end)...]
    let inner = typed[typed.index(after: typed.startIndex)..<end]
    guard !inner.isEmpty, flags.count <= 2, flags.allSatisfy({ "dgimsuvxy".contains($0) }) else { return nil }
    return (String(inner), String(flags))
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
    return !places(in: Array(answer.utf8)).isEmpty
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
