import Checkpoint
import Exploration

/// A kind of evaluation: which cases there are, what a case asks, and how answers are scored.
///
/// A suite is a value that its options describe: `init(options:)` of `options` is the same suite, so that a
/// case of a results file can be made again.
package protocol EvaluationSuite: Sendable {
  /// The name in commands and results, as `needle`.
  static var name: String { get }
  /// The score that tables show unless another is asked for.
  static var primaryScore: String { get }
  /// Names of groups of cases as shown, where they are not the cases' tasks themselves.
  static var groupTitles: [String: String] { get }

  /// Makes the suite that a plan describes.
  /// - Throws: `EvaluationError.badOption` for an option that is missing or means nothing.
  init(options: [String: CaseParameter]) throws

  /// All that decides which cases there are and how they are scored, besides the plan's own settings.
  var options: [String: CaseParameter] { get }

  /// The cases in the order of the results; the same for the same options.
  /// - Throws: when files that they come from cannot be read.
  func cases() throws -> [EvaluationCase]

  /// Makes a case's prompt.
  /// - Throws: `CaseError`, and `PromptError` when there is no such prompt: the case then has a row that says
  ///   why.
  func prompt(for case: EvaluationCase, model: EvaluationModel) throws -> CasePrompt

  /// Scores one answer, from 0 to 1 each, by name.
  func scores(of answer: CaseAnswer, to prompt: CasePrompt) -> [String: Double]

  /// What a right answer has in it, all of these; nothing where the suite's scores are no matter of that.
  func expected(of prompt: CasePrompt) -> [ExpectedAnswer]

  /// Runs a case; unless a suite measures something else, it has every policy answer at every budget.
  /// - Throws: `CancellationError`; `CaseError` and what else concerns this case alone.
  func row(for case: EvaluationCase, plan: EvaluationPlan, model: EvaluationModel, engine: RunEngine)
    async throws
    -> EvaluationRow
}

extension EvaluationSuite {
  package static var groupTitles: [String: String] { [:] }

  package func expected(of prompt: CasePrompt) -> [ExpectedAnswer] { [] }

  package func row(
    for one: EvaluationCase, plan: EvaluationPlan, model: EvaluationModel, engine: RunEngine
  ) async throws -> EvaluationRow {
    let prompt = try prompt(for: one, model: model)
    try model.checkLength(of: prompt)
    let results = try await engine.results(RunRequest(prompt, settings: plan.settings))
    let outcomes = results.map { result in
      Outcome(result) { result in
        let answer = result.answer
        let given = CaseAnswer(
          text: model.checkpoint.tokenizer.decode(answer.tokens, startsText: prompt.decodesAlone),
          tokens: answer.tokens,
          hasEnded: answer.hasEnded)
        return Outcome(
          policy: result.policy, budget: result.budget, keptTokens: result.kept.meanCount,
          choice: OutcomeChoice(result.choice), answer: given.text, hasEnded: given.hasEnded,
          scores: scores(of: given, to: prompt))
      }
    }
    return EvaluationRow(one, prompt: prompt, outcomes: outcomes)
  }
}

extension RunRequest {
  /// Asks for a case's answers under all that a plan's settings say.
  package init(_ prompt: CasePrompt, settings: EvaluationSettings) {
    self.init(
      prompt: prompt.prompt, policies: settings.policies, budgets: settings.budgets,
      granularity: settings.granularity,
      answerLimit: prompt.answerLimit, recording: settings.recording, endTokens: prompt.endTokens,
      needsAnswer: prompt.needsAnswer)
  }
}

/// What a case asks, and what would be right.
package struct CasePrompt: Sendable {
  /// Text, question and tokens.
  package let prompt: Prompt
  /// Answers that are right; what right means is the suite's to say.
  package let references: [String]
  /// Tokens of an answer at most.
  package let answerLimit: Int
  /// Tokens that end an answer besides the model's own, as a line's end does where answers are one line.
  package let endTokens: Set<Int>
  /// Whether an answer has at least one token: what would end it at once is passed over.
  package let needsAnswer: Bool
  /// Whether the answer is decoded as a text of its own, without the space that tokenizers put before one.
  package let decodesAlone: Bool
  /// The data set, where a suite has several that are scored in different ways.
  package let task: String
  /// Names that an answer is chosen from, where it is.
  package let choices: [String]

  /// Makes a case's prompt.
  package init(
    prompt: Prompt, references: [String], answerLimit: Int, endTokens: Set<Int> = [],
    needsAnswer: Bool = false,
    decodesAlone: Bool = false, task: String = "", choices: [String] = []
  ) {
    self.prompt = prompt
    self.references = references
    self.answerLimit = answerLimit
    self.endTokens = endTokens
    self.needsAnswer = needsAnswer
    self.decodesAlone = decodesAlone
    self.task = task
    self.choices = choices
  }
}

/// An answer to be scored.
package struct CaseAnswer: Sendable, Hashable {
  /// Its text, as decoded.
  package let text: String
  /// Its tokens, without what ended it.
  package let tokens: [Int]
  /// Whether it ended by itself.
  package let hasEnded: Bool

  /// Makes an answer.
  package init(text: String, tokens: [Int] = [], hasEnded: Bool = true) {
    self.text = text
    self.tokens = tokens
    self.hasEnded = hasEnded
  }
}

/// Why one case has no outcome; the sentence stands in its row, and the run goes on.
package struct CaseError: Error, Hashable, CustomStringConvertible {
  /// The sentence: which file and line or which setting, what was expected, what was found.
  package let description: String

  /// Makes an error of a sentence.
  package init(_ description: String) { self.description = description }

  /// A case of a file in which somebody has changed the case or the options.
  static func foreign(_ id: String) -> CaseError {
    CaseError(
      "\(id): this is no case of the plan's own options; the file was changed: run the evaluation again")
  }
}

/// Every suite that this program has; results of others are shown, but their cases are not made again.
package enum SuiteRegistry {
  /// All suites, in the order of help.
  package static let all: [any EvaluationSuite.Type] = [
    NeedleSuite.self, RetrievalSuite.self, LongBenchSuite.self, ConsistencySuite.self,
    HeadsSuite.self,
  ]

  /// The suite that a plan describes.
  /// - Throws: `EvaluationError.unknownSuite`, and what the suite throws for options without meaning.
  package static func suite(of plan: EvaluationPlan) throws -> any EvaluationSuite {
    guard let type = all.first(where: { $0.name == plan.suite }) else {
      throw EvaluationError.unknownSuite(plan.suite, known: all.map { $0.name })
    }
    return try type.init(options: plan.options)
  }
}
