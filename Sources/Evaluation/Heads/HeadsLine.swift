import Exploration
import Foundation

/// A line of prompts: `{"text": …, "question": …, "expected": …, "needle": …}`.
///
/// The names of other collections are understood: `context` for the text, `input` for the question, and
/// `answers`, of which any one is enough, for what is expected.
struct HeadsLine: Sendable, Hashable {
  let text: String
  let question: String?
  /// What a right answer has in it.
  let expected: [String]
  /// Whether one of them is enough.
  let isAny: Bool
  let needle: String?

  /// The task of prompts of which one expected answer is enough.
  static let anyTask = "any"

  private struct Fields: Decodable {
    let text: String?
    let context: String?
    let question: String?
    let input: String?
    let expected: Texts?
    let answers: Texts?
    let needle: String?
  }

  /// One text, or a list of some.
  private struct Texts: Decodable {
    let values: [String]

    init(from decoder: any Swift.Decoder) throws {
      let container = try decoder.singleValueContainer()
      values = try (try? container.decode(String.self)).map { [$0] } ?? container.decode([String].self)
    }
  }

  /// Reads a line.
  /// - Throws: `BenchmarkError.line`, which says what is missing.
  init(_ bytes: Data, path: String, number: Int) throws {
    let fields: Fields
    do { fields = try JSONDecoder().decode(Fields.self, from: bytes) } catch {
      throw BenchmarkError.line(
        path, number,
        reason: """
          an object with "text", "question" and "expected" was expected (\(DecodingReason(error))); write \
          one a line
          """)
    }
    guard let text = fields.text ?? fields.context, !text.isEmpty else {
      throw BenchmarkError.line(
        path, number, reason: "'text' is missing or empty; give the prompt's text there")
    }
    self.text = text
    question = fields.question ?? fields.input
    expected = (fields.expected ?? fields.answers)?.values ?? []
    isAny = fields.expected == nil && fields.answers != nil
    needle = fields.needle
    for one in isAny ? [] : expected {
      do { _ = try ExpectedAnswer(parsing: one) } catch let error as ExpectedAnswerError {
        throw BenchmarkError.line(path, number, reason: error.description)
      }
    }
  }
}
