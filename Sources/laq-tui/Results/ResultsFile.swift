import Checkpoint
import EmbeddedModel
import Evaluation
import Eviction
import Exploration
import Foundation
import ResultsViews
import Screen
import Transformer
import Views

/// An evaluation that was opened: a finished one's `.json`, or the rows so far in a `.jsonl`.
struct ResultsFile {
  /// The file's name, for titles.
  let name: String
  /// What is looked at.
  let table: ResultsTable
  /// The score that its suite shows first.
  let score: String
  /// Whether every case has its row.
  var isComplete: Bool { table.rows.count == table.plan.cases.count }

  /// Reads a file if it is an evaluation's; a text that merely lies in a `.json` file is a text.
  /// - Returns: `nil` for any other file.
  /// - Throws: `EvaluationError` where an evaluation cannot be read.
  init?(path: String) throws {
    let expanded = (path as NSString).expandingTildeInPath
    guard EvaluationFormat.isEvaluation(expanded) else { return nil }
    let (plan, rows): (EvaluationPlan, [EvaluationRow])
    if expanded.hasSuffix(".jsonl") {
      let contents = try RowFile.contents(of: expanded)
      (plan, rows) = (contents.plan, contents.rows)
    } else {
      let results = try EvaluationResults(contentsOf: expanded)
      (plan, rows) = (results.plan, results.rows)
    }
    self.init(name: (path as NSString).lastPathComponent, plan: plan, rows: rows)
  }

  /// What is known of a plan.
  init(name: String, plan: EvaluationPlan, rows: [EvaluationRow]) {
    let suite = SuiteRegistry.all.first { $0.name == plan.suite }
    self.name = name
    table = ResultsTable(plan: plan, rows: rows, titles: suite?.groupTitles ?? [:])
    score = plan.primaryScore ?? table.scores.first ?? "exact"
  }
}

/// Makes prompts of an evaluation again, to be explored.
struct CaseOpening {
  let plan: EvaluationPlan
  private let model: EvaluationModel
  private let suite: any EvaluationSuite
  private let preferences: Preferences

  /// Opens the evaluation's model and suite.
  ///
  /// Products are in the number format of the results unless `--precision` asks for another.
  /// - Parameter options: `--model` where the results do not say where the model lies, and `--gate` if they
  ///   had one.
  /// - Throws: `EvaluationError`, and `CaseOpeningError` for another model than that of the results.
  init(_ plan: EvaluationPlan, options: LaqTUI) throws {
    guard plan.suite != KVPressImport.suite else { throw CaseOpeningError.elsewhere }
    let path = options.model.model ?? plan.model.name
    let isEmbedded = path == EmbeddedModel.name
    let checkpoint: Checkpoint
    do {
      checkpoint = try Checkpoint(option: path)
    } catch  where options.model.model == nil {
      throw CaseOpeningError.noModel(plan.model.name, reason: String(describing: error))
    }
    model = try EvaluationModel(
      checkpoint, path: isEmbedded ? nil : path, name: plan.model.name,
      usesChat: plan.usesChat ?? options.prompt.chat ?? false,
      variables: plan.variables() ?? TemplateVariables(parsing: options.prompt.variables),
      compressed: plan.compressed(),
      precision: options.model.precision ?? Precision(plan.settings.arithmetic), gate: options.model.gate,
      drafts: DraftModels(named: checkpoint))
    guard model.identity.digest == plan.model.digest else {
      throw CaseOpeningError.otherModel(plan.model.name)
    }
    suite = try SuiteRegistry.suite(of: plan)
    self.plan = plan
    preferences = try Preferences.holding(options)
  }

  /// A prompt under a policy at a budget, beside the plan's other policies.
  /// - Throws: what making the prompt throws; `CaseOpeningError.otherPrompt` when it is not the one of the
  ///   results.
  func opened(_ one: EvaluationCase, _ series: ResultsTable.Series, row: EvaluationRow?) throws
    -> OpenedInput
  {
    let asked = try suite.prompt(for: one, model: model)
    if let hash = row?.promptHash, hash != asked.prompt.hash { throw CaseOpeningError.otherPrompt(one.id) }
    let checkpoint = model.checkpoint
    let others = plan.settings.policies
    // The explorer decodes every policy that it shows; of many, those that it shows by itself are enough.
    let beside =
      others.count <= Self.mostPolicies
      ? others : others.filter(ExplorationSettings.standardPolicies.contains)
    let first = series.policy.keepsEverything ? [] : [series.policy]
    var settings = ExplorationSettings(
      granularity: plan.settings.granularity, policies: first + beside.filter { !first.contains($0) },
      answerLimit: asked.answerLimit, recording: plan.settings.recording)
    settings.expected = suite.expected(of: asked)
    if let budget = series.budget ?? plan.settings.budgets.first {
      try settings.resolve(
        budget, shape: checkpoint.configuration.shape, tokenCount: asked.prompt.tokens.count)
    }
    let run = Run(
      modelName: plan.model.name, prompt: asked.prompt, settings: settings,
      vocabulary: Vocabulary(checkpoint.tokenizer))
    let answers = row?.answers(at: series.budget ?? plan.settings.budgets.first) ?? [:]
    return OpenedInput(
      run: run.remembering(answers), engine: model.engine(), shape: checkpoint.configuration.shape,
      preferences: preferences)
  }

  private static let mostPolicies = 9
}

extension Precision {
  /// The precision that gives a plan's number format on any machine.
  fileprivate init(_ arithmetic: EvaluationSettings.Arithmetic) {
    switch arithmetic {
    case .float32: self = .float32
    case .bfloat16: self = .bfloat16
    }
  }
}

/// Why a prompt of an evaluation cannot be explored.
enum CaseOpeningError: Error, CustomStringConvertible {
  case noModel(String, reason: String)
  case otherModel(String)
  case otherPrompt(String)
  /// Prompts are not in the file.
  case elsewhere

  var description: String {
    switch self {
    case .noModel(let name, let reason):
      "these results are of the model '\(name)': say where it lies with --model (\(reason))"
    case .otherModel(let name):
      """
      this is not the model of the results: '\(name)' had other files then; name that one with --model, \
      and its gate with --gate if it had one of its own
      """
    case .elsewhere:
      """
      kvpress gave these answers, and keeps no prompts in its results: record one where the model runs \
      (Samples/Traces/record_trace.py --press), and open the trace
      """
    case .otherPrompt(let name): "\(name) is another prompt now than when it was run: its text has changed"
    }
  }
}
