import ArgumentParser
import Evaluation
import Exploration

/// `laq-tui eval heads`.
struct EvalHeads: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "heads",
    abstract:
      "Which heads' evictions cost answers, and which heads look at what is copied, over many prompts.",
    discussion: """
      PROMPTS are texts, JSON Lines ({"text": …, "question": …, "expected": …, "needle": …}), folders of both, or \
      another evaluation's results. Under each policy each kept set is restored alone: does the expected answer come \
      back (where none is, the full cache's), and by how much does its probability rise. Retrieval scores are the \
      full cache's. A prompt that the full cache does not answer itself does not count. The file of results opens as \
      a picture of all heads (laq-tui heads.json), and is a profile for /heads(heads.json).
      """)

  @Argument(help: "Texts, .jsonl files, folders of both; or one file of results.", completion: .file())
  var prompts: [String]

  @Option(help: "A question, put after each text with an empty line between them.")
  var question: String?

  @Option(
    name: .customLong("expect"),
    help:
      "What a right answer to a text has in it, or /regex/; may be given several times. Lines have their own."
  )
  var expected: [String] = []

  @Option(help: "What of a text an answer copies. Default: what is expected, or all of the text.")
  var needle: String?

  @Option(help: "Prompts at most; of more, so many are drawn.")
  var limit: Int?

  @Option(help: "The seed of that draw.")
  var seed = 0

  @Option(help: "Tokens of an answer at most.")
  var steps = 32

  @OptionGroup var compression: EvalCompression

  @OptionGroup var options: EvalOptions

  func validate() throws {
    try LaqTUI.check(steps: steps)
    guard limit ?? 1 >= 1 else { throw ValidationError("--limit must be at least 1.") }
    try LaqTUI.check(seed: seed)
    for text in expected {
      do { _ = try ExpectedAnswer(parsing: text) } catch { throw ValidationError("--expect: \(error)") }
    }
  }

  func run() async throws {
    let suite: HeadsSuite
    do {
      var asking = HeadsSource.Asking()
      (asking.question, asking.expected, asking.needle) = (question, expected, needle)
      suite = HeadsSuite(
        source: try HeadsSource(prompts, asking: asking), limit: limit, seed: seed, answerLimit: steps)
    } catch {
      Console.end(error, status: 1)
    }
    try await EvalRunner(
      suite: suite, options: options,
      settings: try options.subject.settings(policies: ["snapkv"], budgets: [48]),
      compressed: compression.part
    ).run()
  }
}
