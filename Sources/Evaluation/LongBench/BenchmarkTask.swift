/// One data set of a benchmark: how it is asked, how long an answer may be, and how it is scored.
package struct BenchmarkTask: Sendable, Hashable {
  /// Where a data set comes from.
  package enum Benchmark: String, Sendable, Hashable, Codable {
    /// Bai et al. 2023, "LongBench: A Bilingual, Multitask Benchmark for Long Context Understanding" (arXiv
    /// 2308.14508).
    case longBench = "LongBench"
    /// Hsieh et al. 2024, "RULER: What's the Real Context Size of Your Long-Context Language Models?" (arXiv
    /// 2404.06654).
    case ruler = "RULER"
  }

  /// The name by which the benchmark calls it.
  package let name: String
  /// Its benchmark.
  package let benchmark: Benchmark
  /// The prompt, with `{context}` and `{input}` where a line's own texts go.
  package let prompt: String
  /// Tokens of an answer at most.
  package let answerLimit: Int
  /// How answers are scored.
  package let metric: Metric
  /// What of an answer is scored.
  package let trimming: PredictionTrimming
  /// Whether a chat model is asked in a chat's turn; LongBench asks tasks of few examples, and code, without.
  package let usesChat: Bool
  /// Whether a line's end ends an answer.
  package let endsAtNewline: Bool

  init(
    _ name: String, _ benchmark: Benchmark, prompt: String, answerLimit: Int, _ metric: Metric,
    trimming: PredictionTrimming = .none, usesChat: Bool = true, endsAtNewline: Bool = false
  ) {
    self.name = name
    self.benchmark = benchmark
    self.prompt = prompt
    self.answerLimit = answerLimit
    self.metric = metric
    self.trimming = trimming
    self.usesChat = usesChat
    self.endsAtNewline = endsAtNewline
  }

  /// Every data set of both benchmarks.
  package static let all = longBench + ruler

  /// The data set of a name.
  package static func named(_ name: String) -> BenchmarkTask? { all.first { $0.name == name } }

  /// The prompt of a line. What a text holds in braces stays as it is.
  func prompt(context: String, input: String) -> String { Self.filled(prompt, context, input) }

  /// What of a line's prompt stands behind its context, and asks about it; `nil` where the prompt does not
  /// say where the context ends.
  func question(input: String) -> String? {
    prompt.firstRange(of: "{context}").map { Self.filled(prompt[$0.upperBound...], "", input) }
  }

  private static func filled(_ prompt: some StringProtocol, _ context: String, _ input: String) -> String {
    var result = ""
    var rest = Substring(prompt)
    while let brace = rest.firstIndex(of: "{") {
      result += rest[..<brace]
      rest = rest[brace...]
      if rest.hasPrefix("{context}") {
        result += context
        rest = rest.dropFirst("{context}".count)
      } else if rest.hasPrefix("{input}") {
        result += input
        rest = rest.dropFirst("{input}".count)
      } else {
        result += "{"
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }
}
