import Checkpoint
import Eviction
import Exploration
import Transformer

/// What a model's heads are for the answers to many prompts: which evictions cost an answer, which heads look
/// at what is copied.
///
/// A row's first outcome, the full cache's, has the sizes of the model and each query head's retrieval score;
/// each policy's at each budget what came of restoring each kept set alone, `[layer][set]` row-major. A
/// prompt that the full cache itself does not answer has no outcome, and does not count.
package struct HeadsSuite: EvaluationSuite {
  package static let name = "heads"
  package static let primaryScore = "right"

  /// Scores by their names in files, beside `primaryScore`: whether the answer has what is wanted.
  enum Score {
    /// The share of kept sets that bring the answer back alone, where it is lost.
    static let restoring = "restoring"
    /// Of the full cache: the steps of its answer that copy.
    static let copied = "copied"
    /// The logarithm of what is wanted's probability.
    static let logProbability = "logProbability"
  }

  /// Where the prompts come from.
  let source: HeadsSource
  /// Prompts at most, drawn from all.
  let limit: Int?
  /// What the draw begins with.
  let seed: Int
  /// Tokens of an answer at most; prompts of other evaluations have their own.
  let answerLimit: Int

  /// Makes a suite.
  package init(source: HeadsSource, limit: Int? = nil, seed: Int = 0, answerLimit: Int = 32) {
    (self.source, self.limit, self.seed, self.answerLimit) = (source, limit, seed, answerLimit)
  }

  package init(options: [String: CaseParameter]) throws {
    let reader = OptionReader(options)
    self.init(
      source: try HeadsSource(options: options),
      limit: options["limit"] == nil ? nil : try reader.value("limit", "a whole number", \.integer),
      seed: try reader.value("seed", "a whole number", \.integer),
      answerLimit: try reader.value("steps", "from 1 to 4096 tokens") { parameter in
        parameter.integer.flatMap { ExplorationSettings.answerLimits.contains($0) ? $0 : nil }
      })
  }

  package var options: [String: CaseParameter] {
    var options = source.options
    options["limit"] = limit.map { .integer($0) }
    options["seed"] = .integer(seed)
    options["steps"] = .integer(answerLimit)
    return options
  }

  /// All prompts, or as many as were asked for, drawn with the seed and in their order.
  package func cases() throws -> [EvaluationCase] {
    let all = try source.cases()
    guard let limit, limit < all.count else { return all }
    var random = CaseRandom(Self.name, seed: seed)
    return random.some(limit, of: Array(all.indices)).sorted().map { all[$0] }
  }

  package func prompt(for one: EvaluationCase, model: EvaluationModel) throws -> CasePrompt {
    try source.asked(one, model: model, answerLimit: answerLimit).prompt
  }

  package func expected(of prompt: CasePrompt) -> [ExpectedAnswer] { source.expected(of: prompt) }

  /// Answers are scored by what is expected, in `row`.
  package func scores(of answer: CaseAnswer, to prompt: CasePrompt) -> [String: Double] { [:] }

  package func row(
    for one: EvaluationCase, plan: EvaluationPlan, model: EvaluationModel, engine: RunEngine
  ) async throws -> EvaluationRow {
    let (prompt, needle) = try source.asked(one, model: model, answerLimit: answerLimit)
    try model.checkLength(of: prompt)
    var settings = ExplorationSettings(
      granularity: plan.settings.granularity, policies: plan.settings.policies,
      answerLimit: prompt.answerLimit, recording: plan.settings.recording)
    settings.expected = expected(of: prompt)
    let vocabulary = Vocabulary(model.checkpoint.tokenizer)
    let run = Run(
      modelName: plan.model.name, prompt: prompt.prompt, settings: settings, vocabulary: vocabulary)
    do {
      let heads = try await engine.heads(
        run, RunRequest(prompt, settings: plan.settings), needle: needle)
      return EvaluationRow(one, prompt: prompt, outcomes: Self.outcomes(heads, vocabulary))
    } catch let error as PromptHeadsError {
      throw CaseError(error.description)
    }
  }

  private static func outcomes(_ heads: PromptHeads, _ vocabulary: Vocabulary) -> [Outcome] {
    let shape = [heads.shape.layerCount, heads.shape.queryHeadCount, heads.shape.kvHeadCount]
    var series = [HeadMeasure.shapeKey: shape.map(Double.init)]
    series[HeadMeasure.retrieval.rawValue] = heads.retrieval?.scores.flatMap { $0.map(rounded) }
    func outcome(
      _ result: PolicyResult, scores: [String: Double], series: [String: [Double]]
    ) -> Outcome {
      Outcome(
        policy: result.policy, budget: result.budget, keptTokens: result.kept.meanCount,
        choice: OutcomeChoice(result.choice), answer: vocabulary.text(result.answer.tokens),
        hasEnded: result.answer.hasEnded, scores: scores, series: series)
    }
    let full = outcome(
      heads.full,
      scores: [primaryScore: 1, Score.copied: Double(heads.retrieval?.copiedCount ?? 0)], series: series)
    return [full]
      + heads.results.map { result in
        switch result {
        case .failure(let error):
          return Outcome(policy: error.policy, budget: error.budget, unavailable: error.reason)
        case .success(let costs):
          let cost = costs.isBack.flatMap { $0.map { $0 ? 1.0 : 0 } }
          var scores = [
            primaryScore: costs.isRight ? 1 : 0,
            Score.logProbability: rounded(max(costs.logProbability, -1e6)),
          ]
          // Of an answer that is there nothing is to come back.
          if !costs.isRight {
            scores[Score.restoring] = rounded(cost.reduce(0, +) / Double(max(1, cost.count)))
          }
          return outcome(
            costs.result, scores: scores,
            series: [
              HeadMeasure.cost.rawValue: cost,
              HeadMeasure.gain.rawValue: costs.gain.flatMap { $0.map(rounded) },
            ])
        }
      }
  }

  /// As many digits as say anything: a file has thousands of these numbers.
  private static func rounded(_ value: Double) -> Double {
    value.isFinite ? (value * 1e4).rounded() / 1e4 : 0
  }
}
