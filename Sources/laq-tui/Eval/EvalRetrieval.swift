import ArgumentParser
import Evaluation

/// `laq-tui eval retrieval`.
struct EvalRetrieval: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retrieval", abstract: "The embedded model's tasks on texts of held-out words.",
    discussion: """
      Families: \(RetrievalFamily.allCases.map { "\($0.rawValue) (\($0.title))" }.joined(separator: ", ")).
      An answer counts if it is the right one word for word and ends there ('exact'); 'found' is the share of the asked
      values in it.
      """)

  @Option(name: .customLong("family"), help: "A family of tasks; may be given several times. Default: all.")
  var families: [RetrievalFamily] = []

  @Option(
    name: .customLong("length"),
    help: "Tokens of a prompt at most; may be given several times. Default: 1024.")
  var lengths: [Int] = []

  @Option(help: "Prompts of each family and length.")
  var count = 200

  @Option(help: "The first prompt's seed; the others follow it.")
  var seed = 0

  @OptionGroup var compression: EvalCompression

  @OptionGroup var options: EvalOptions

  func validate() throws {
    guard 1...1_000_000 ~= count else { throw ValidationError("--count must be from 1 to 1000000.") }
    try LaqTUI.check(seed: seed)
  }

  func run() async throws {
    let suite: RetrievalSuite
    do {
      suite = try RetrievalSuite(
        families: families.isEmpty ? standardFamilies : families,
        lengths: lengths.isEmpty ? [1024] : lengths,
        seeds: seed..<seed + count)
    } catch {
      throw ValidationError(String(describing: error))
    }
    try await EvalRunner(
      suite: suite, options: options,
      settings: try options.subject.settings(policies: Self.policies, budgets: [48, 96]),
      compressed: compression.part
    ).run()
  }

  /// All families; without those that put their question before the text where policies are to see the text
  /// alone.
  private var standardFamilies: [RetrievalFamily] {
    RetrievalFamily.allCases.filter { compression.part == .all || !$0.putsQuestionFirst }
  }

  /// All policies, and a lookahead that is as long as the longest answers.
  private static let policies = EvalSubject.allPolicies + ["laq(m=32)"]
}

extension RetrievalFamily: ExpressibleByArgument {}
