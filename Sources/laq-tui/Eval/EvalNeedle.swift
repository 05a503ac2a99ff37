import ArgumentParser
import EmbeddedModel
import Evaluation
import Exploration
import Foundation

/// `laq-tui eval needle`.
struct EvalNeedle: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "needle", abstract: "A fact hidden in a long text, at every length and depth.",
    discussion: """
      Scores: 'rouge1', ROUGE-1's F measure of needle and answer, as the authors' script scores (it multiplies by ten);
      'recall', the share of the answer's words, as its plots show; 'exact', the answer stands there word for word.
      """)

  @Option(
    help: "Lengths of a prompt in tokens: 512,1024 or 256:2048:256 (from, to, step).", transform: numbers)
  var lengths = Array(stride(from: 256, through: 2048, by: 256))

  @Option(help: "Depths of the needle in per cent: 0,50,100 or 0:100:10.", transform: numbers)
  var depths = Array(stride(from: 0, through: 100, by: 10))

  @Option(help: "The needle, or a file with it. Default: made up, another for each seed.")
  var needle: String?

  @Option(help: "With --needle: what is asked.")
  var question: String?

  @Option(
    help:
      "With --needle: what the answer must have. Default: the needle behind the words it shares with the question."
  )
  var answer: String?

  @Option(help: "A folder of .txt files. Default: made up.")
  var haystack: String?

  @Option(help: "plain, or book: the prompt of the authors' script.")
  var frame = NeedleFrame.plain

  @Option(help: "Answer tokens at most.")
  var steps = 30

  @Option(help: "Prompts of each length and depth.")
  var count = 4

  @Option(help: "The first prompt's seed; the others follow it.")
  var seed = 0

  @OptionGroup var compression: EvalCompression

  @OptionGroup var options: EvalOptions

  func validate() throws {
    guard 1...1_000_000 ~= count else { throw ValidationError("--count must be from 1 to 1000000.") }
    try LaqTUI.check(seed: seed)
    try LaqTUI.check(steps: steps)
    guard (needle == nil) == (question == nil) else {
      throw ValidationError("--needle and --question need each other.")
    }
    guard answer == nil || needle != nil else { throw ValidationError("--answer needs --needle.") }
  }

  func run() async throws {
    let suite: NeedleSuite
    do {
      suite = try NeedleSuite(
        lengths: lengths, depths: depths, seeds: seed..<seed + count, text: try text(),
        haystack: try haystack.map(Haystack.init(folder:)), frame: frame, answerLimit: steps)
    } catch let error as EvaluationError {
      // A number that cannot be is the command's fault, a folder that cannot be read is not.
      if case .badOption = error { throw ValidationError(error.description) }
      Console.end(error, status: 1)
    } catch {
      Console.end(error, status: 1)
    }
    try await EvalRunner(
      suite: suite, options: options,
      settings: try options.subject.settings(policies: ["snapkv", "laq", "laq++"], budgets: [48, 96]),
      compressed: compression.part
    ).run()
  }

  /// The needle that was given: a file where there is one of this name, else the words themselves.
  private func text() throws -> NeedleText? {
    guard let needle, let question else { return nil }
    // A sentence may be longer than any file's name.
    let isFile = needle == "-" || FileManager.default.fileExists(atPath: needle)
    let words = isFile ? String(decoding: try PromptReader.read(needle).text, as: UTF8.self) : needle
    return NeedleText(needle: words, question: question, answer: answer)
  }

  /// `1,2,3` and `from:to:step`.
  private static func numbers(_ text: String) throws -> [Int] {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    if parts.count == 3, let first = parts[0], let last = parts[1], let step = parts[2], step > 0,
      first <= last,
      case let (distance, overflow) = last.subtractingReportingOverflow(first), !overflow,
      distance / step < 10_000
    {
      return Array(stride(from: first, through: last, by: step))
    }
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard !numbers.contains(nil) else {
      throw ValidationError("'\(text)' must be as 512,1024 or 256:2048:256.")
    }
    return numbers.compactMap(\.self)
  }
}

extension NeedleFrame: ExpressibleByArgument {}
