import Eviction
import Exploration
import Transformer

/// How far what each policy keeps, and the rows that it looks at, agree with the true decode queries: one
/// case a text.
///
/// A row's first outcome, the full cache's, holds the cosines of a window as SnapKV's and of the decode
/// attention itself; each policy's at each budget holds recall, mass recall and the cosines of its own window
/// and of its lookahead, where it has them; all cosines with and without the sinks. Scores are means over all query heads; series hold every head's value,
/// `[layer][queryHead]` row-major, and the full cache's the numbers of layers and heads. Other series hold
/// the mean over all query heads at each row of the full cache's answer alone, `[step]`.
package struct ConsistencySuite: EvaluationSuite {
  package static let name = "consistency"
  package static let primaryScore = Measure.recall.rawValue

  /// What is measured, by the names of scores and series.
  package enum Measure: String, Sendable, Hashable, CaseIterable {
    /// The share of the oracle's tokens that are kept.
    case recall
    /// The share of the true attention mass that falls on kept tokens.
    case massRecall
    /// The mean cosine between the sum of a policy's lookahead rows and each decode row.
    case lookaheadCosine
    /// The same for the rows of the observation window.
    case windowCosine
    /// The same for the sum of the decode rows: how far a sum can go.
    case decodeCosine = "truthCosine"
    /// These without the first keys, the sinks, which nearly every row looks at.
    case lookaheadCosineWithoutSinks
    case windowCosineWithoutSinks
    case decodeCosineWithoutSinks = "truthCosineWithoutSinks"
    /// The highest mean recall that any choice of as many tokens reaches, as query heads share kept sets; it
    /// hangs on no single head.
    case recallCeiling

    /// The series of what each decode row alone says, the mean over all query heads.
    package var stepKey: String { rawValue + "ByStep" }

    /// The same measure without the sinks, of cosines.
    package var withoutSinks: Measure {
      switch self {
      case .lookaheadCosine: .lookaheadCosineWithoutSinks
      case .windowCosine: .windowCosineWithoutSinks
      case .decodeCosine: .decodeCosineWithoutSinks
      default: self
      }
    }
  }

  /// The score that says how many rows the window of a cosine has: a policy's own, or that which stands for
  /// policies without one.
  static let windowKey = "window"

  /// The full cache's series of two numbers: layers, query heads.
  static let shapeKey = HeadMeasure.shapeKey

  /// Text files.
  private let texts: [String]
  /// What is put behind every text.
  private let question: String?
  /// Tokens of an answer at most.
  private let answerLimit: Int

  /// Measures texts.
  /// - Parameters:
  ///   - texts: paths of text files.
  ///   - question: put behind every text, an empty line between them.
  ///   - answerLimit: tokens of the full cache's answer at most, whose queries are compared with.
  package init(texts: [String], question: String? = nil, answerLimit: Int = 64) {
    self.texts = texts
    self.question = question
    self.answerLimit = answerLimit
  }

  package init(options: [String: CaseParameter]) throws {
    // What came from standard input cannot be read again.
    guard let texts = options["texts"]?.list?.compactMap(\.text), !texts.isEmpty, !texts.contains("-") else {
      throw EvaluationError.badOption(
        "texts", expected: "a list of files", found: options["texts"]?.description ?? "missing")
    }
    self.init(
      texts: texts, question: options["question"]?.text,
      answerLimit: try OptionReader(options).value("steps", "from 1 to 4096 tokens") { parameter in
        parameter.integer.flatMap { ExplorationSettings.answerLimits.contains($0) ? $0 : nil }
      })
  }

  package var options: [String: CaseParameter] {
    var options: [String: CaseParameter] = [
      "texts": .list(texts.map { .text($0) }),
      "digests": .list(texts.map { .text(FileDigest.digest(of: $0)) }),
      "steps": .integer(answerLimit),
    ]
    options["question"] = question.map { .text($0) }
    return options
  }

  package func cases() throws -> [EvaluationCase] {
    texts.map { EvaluationCase(id: $0, task: Self.name, parameters: ["file": .text($0)]) }
  }

  package func prompt(for one: EvaluationCase, model: EvaluationModel) throws -> CasePrompt {
    let file = one.parameters["file"]?.text ?? one.id
    guard texts.contains(file) else { throw CaseError.foreign(one.id) }
    let (name, text) = try PromptReader.read(file)
    let framing = model.framing(question: question)
    return CasePrompt(
      prompt: try Prompt(name: name, text: text, tokenizer: model.checkpoint.tokenizer, framing: framing),
      references: [], answerLimit: answerLimit)
  }

  /// Nothing is answered under a policy.
  package func scores(of answer: CaseAnswer, to prompt: CasePrompt) -> [String: Double] { [:] }

  package func row(
    for one: EvaluationCase, plan: EvaluationPlan, model: EvaluationModel, engine: RunEngine
  ) async throws -> EvaluationRow {
    let prompt = try prompt(for: one, model: model)
    try model.checkLength(of: prompt)
    do {
      let measured = try await engine.consistency(RunRequest(prompt, settings: plan.settings))
      return EvaluationRow(one, prompt: prompt, outcomes: Self.outcomes(measured))
    } catch let error as NoTrueRows {
      throw CaseError("\(prompt.prompt.name): \(error)")
    }
  }

  private static func outcomes(_ measured: PromptConsistency) -> [Outcome] {
    let shape = [Double(measured.windowCosine.count), Double(measured.windowCosine.first?.count ?? 0)]
    var full = Figures(single: [windowKey: Double(measured.standardWindow)], series: [shapeKey: shape])
    full.add(.windowCosine, measured.windowCosine, steps: measured.windowSteps)
    full.add(.decodeCosine, measured.decodeCosine, steps: measured.decodeSteps)
    return (Policy("full").map { [full.outcome($0, nil)] } ?? [])
      + measured.results.map { result in
        Outcome(result) { result in
          let window = measured.windowCosine(result)
          var figures = Figures()
          figures.add(.recall, result.agreement, steps: measured.coverage(result), \.recall)
          figures.add(.massRecall, result.agreement, steps: measured.coverage(result), \.massRecall)
          figures.add(
            .lookaheadCosine, measured.lookaheadCosine(result), steps: measured.lookaheadSteps(result))
          figures.add(.windowCosine, window?.cosines, steps: measured.windowSteps(result))
          figures.single[Measure.recallCeiling.rawValue] = result.recallCeiling
          figures.single[windowKey] = window.map { Double($0.size) }
          return figures.outcome(
            result.policy, result.budget, keptTokens: result.kept.meanCount,
            choice: OutcomeChoice(result.choice))
        }
      }
  }

  /// The figures of an outcome, as they are gathered.
  private struct Figures {
    /// Scores that are no mean over heads.
    var single: [String: Double] = [:]
    /// Every series by its name in files.
    var series: [String: [Double]] = [:]
    private var means: [String: Double] = [:]

    init(single: [String: Double] = [:], series: [String: [Double]] = [:]) {
      (self.single, self.series) = (single, series)
    }

    /// Adds a measure of every head, whose mean is the score, and of every step; nothing where there is none.
    mutating func add<Found>(
      _ measure: Measure, _ heads: [[Found]]?, steps: [Found]?, _ value: (Found) -> Double
    ) {
      guard let heads = heads?.joined().map(value), !heads.isEmpty else { return }
      series[measure.rawValue] = heads
      means[measure.rawValue] = heads.reduce(0, +) / Double(heads.count)
      series[measure.stepKey] = steps.map { $0.map(value) }
    }

    /// Adds a cosine with and without the sinks.
    mutating func add(_ cosine: Measure, _ heads: [[RowAgreement]]?, steps: [RowAgreement]?) {
      add(cosine, heads, steps: steps, \.withSinks)
      add(cosine.withoutSinks, heads, steps: steps, \.withoutSinks)
    }

    func outcome(
      _ policy: Policy, _ budget: Budget?, keptTokens: Double? = nil, choice: OutcomeChoice? = nil
    ) -> Outcome {
      Outcome(
        policy: policy, budget: budget, keptTokens: keptTokens, choice: choice,
        scores: means.merging(single) { $1 }, series: series)
    }
  }
}
