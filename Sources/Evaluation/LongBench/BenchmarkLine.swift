import Foundation

/// What one line of a data set holds.
struct BenchmarkLine: Sendable, Hashable {
  /// The prompt, made by the data set's format.
  let prompt: String
  /// What of it stands behind the context; `nil` where that is not known.
  let question: String?
  /// Text that the answer goes on from, put behind the prompt.
  let answerPrefix: String
  /// Answers that are right.
  let answers: [String]
  /// Names that an answer is chosen from.
  let classes: [String]

  /// Reads a line's bytes.
  /// - Throws: `BenchmarkError.line` that says which field is missing or of another type.
  init(_ bytes: Data, task: BenchmarkTask, path: String, number: Int) throws {
    do {
      switch task.benchmark {
      case .longBench:
        let fields = try JSONDecoder().decode(LongBenchFields.self, from: bytes)
        prompt = task.prompt(context: fields.context, input: fields.input)
        question = task.question(input: fields.input)
        answerPrefix = ""
        answers = fields.answers
        classes = fields.all_classes ?? []
      case .ruler:
        let fields = try JSONDecoder().decode(RulerFields.self, from: bytes)
        prompt = task.prompt(context: "", input: fields.input)
        question = nil
        answerPrefix = fields.answer_prefix ?? ""
        answers = fields.outputs
        classes = []
      }
    } catch let error as DecodingError {
      throw BenchmarkError.line(path, number, reason: Self.reason(error, bytes))
    }
    let name = task.benchmark == .longBench ? "answers" : "outputs"
    guard !answers.isEmpty else { throw BenchmarkError.line(path, number, reason: "'\(name)' is empty") }
    // An answer that cannot be compared with is found before the model runs for it.
    if task.metric.reasonNotScored == nil {
      do { _ = try task.metric.score("", answers: answers, classes: classes) } catch let error as MetricError
      {
        throw BenchmarkError.line(path, number, reason: error.description)
      }
    }
  }

  /// The fields of LongBench's lines that are looked at, by the benchmark's names.
  private struct LongBenchFields: Decodable {
    let context: String
    let input: String
    let answers: [String]
    let all_classes: [String]?
  }

  /// The same of RULER's; its later versions cut the beginning of the answer off the input.
  private struct RulerFields: Decodable {
    let input: String
    let outputs: [String]
    let answer_prefix: String?
  }

  private static func reason(_ error: DecodingError, _ bytes: Data) -> String {
    func field(_ path: [any CodingKey]) -> String {
      path.map { key in key.intValue.map { "[\($0)]" } ?? key.stringValue }.joined()
    }
    switch error {
    case .keyNotFound(let key, _): return "'\(key.stringValue)' is missing"
    case .valueNotFound(_, let context) where !context.codingPath.isEmpty:
      return "'\(field(context.codingPath))' is null; \(expected(context.codingPath)) was expected"
    case .typeMismatch(_, let context) where !context.codingPath.isEmpty:
      return "'\(field(context.codingPath))' is of another type; \(expected(context.codingPath)) was expected"
    case .dataCorrupted where String(validating: bytes, as: UTF8.self) == nil: return "is not valid UTF-8"
    case .dataCorrupted: return "is not valid JSON"
    default: return "is no JSON object"
    }
  }

  private static func expected(_ path: [any CodingKey]) -> String {
    path.count == 1 && ["answers", "outputs", "all_classes"].contains(path[0].stringValue)
      ? "a list of texts" : "a text"
  }
}
