import ArgumentParser
import Evaluation
import Foundation

/// `laq-tui eval consistency`.
struct EvalConsistency: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consistency",
    abstract: "What policies keep, and the rows that they look at, against the true decode queries.",
    discussion: """
      The motivation of Lookahead Q-Cache as a measurement: recall and mass recall for each policy, layer, head and
      budget, and the cosine of the window's and the lookahead's attention with that of the answer.
      """)

  /// Where the repository keeps its texts.
  private static let standardFolder = "Samples"

  @Argument(
    help: "Text files. Default: the .txt files of Samples, in the folder where the program is started.")
  var texts: [String] = []

  @Option(help: "A question, put after each text with an empty line between them.")
  var question: String?

  @Option(help: "Tokens of the full cache's answer at most; their queries are the truth.")
  var steps = 64

  @OptionGroup var options: EvalOptions

  func validate() throws {
    try LaqTUI.check(steps: steps)
  }

  func run() async throws {
    try await EvalRunner(
      suite: ConsistencySuite(
        texts: try chosenTexts(), question: question, answerLimit: steps),
      options: options,
      settings: try options.subject.settings(
        policies: ["laq", "laq++", "snapkv", "h2o", "tova", "streaming", "random", "oracle"],
        budgets: [16, 32, 64, 128, 256])
    ).run()
  }

  private func chosenTexts() throws -> [String] {
    guard texts.isEmpty else { return texts }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: Self.standardFolder)) ?? []
    let found = names.filter { $0.hasSuffix(".txt") }.sorted().map { "\(Self.standardFolder)/\($0)" }
    guard !found.isEmpty else {
      throw ValidationError(
        "there is no folder \(Self.standardFolder) with .txt files here; name the texts to measure.")
    }
    return found
  }
}
