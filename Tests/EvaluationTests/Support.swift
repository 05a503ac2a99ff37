import Checkpoint
import EmbeddedModel
import Evaluation
import Eviction
import Exploration
import Foundation
import TestSupport

/// A suite without a model: its cases answer by their numbers, some of them slowly, some not at all.
struct CountingSuite: EvaluationSuite {
  static let name = "counting"
  static let primaryScore = "even"

  let caseCount: Int
  /// Cases from this one on never end by themselves.
  var stopsAt = Int.max
  /// Seconds that a case takes, so that several run at once.
  var pause: Duration = .zero

  init(caseCount: Int, stopsAt: Int = .max, pause: Duration = .zero) {
    (self.caseCount, self.stopsAt, self.pause) = (caseCount, stopsAt, pause)
  }

  init(options: [String: CaseParameter]) throws {
    self.init(caseCount: try OptionReader(options).value("caseCount", "a number", \.integer))
  }

  var options: [String: CaseParameter] { ["caseCount": .integer(caseCount)] }

  func cases() -> [EvaluationCase] {
    (0..<caseCount).map { EvaluationCase(id: "case-\($0)", task: $0 % 3 == 0 ? "third" : "other", seed: $0) }
  }

  func prompt(for one: EvaluationCase, model: EvaluationModel) throws -> CasePrompt {
    throw CaseError("no prompt")
  }

  func scores(of answer: CaseAnswer, to prompt: CasePrompt) -> [String: Double] { [:] }

  func row(
    for one: EvaluationCase, plan: EvaluationPlan, model: EvaluationModel, engine: RunEngine
  ) async throws -> EvaluationRow {
    let number = one.seed ?? 0
    guard number < stopsAt else { throw CancellationError() }
    try await Task.sleep(for: pause * (number % 3))
    if number % 7 == 3 { throw CaseError("\(one.id): there is no such prompt") }
    let prompt = CasePrompt(
      prompt: try Prompt(name: one.id, text: Array(one.id.utf8), tokenizer: model.checkpoint.tokenizer),
      references: [],
      answerLimit: 1)
    let outcomes = plan.settings.policies.flatMap { policy in
      plan.settings.budgets.map { budget in
        Outcome(
          policy: policy, budget: budget, answer: "\(number)\n\"",
          scores: ["even": 1 / Double(1 + number % 2), "third": 1 / 3])
      }
    }
    return EvaluationRow(one, prompt: prompt, outcomes: outcomes)
  }
}

/// A suite whose cases fail, each in its own way.
struct FailingSuite: EvaluationSuite {
  static let name = "failing"
  static let primaryScore = "none"

  let errors: [any Error]

  init(errors: [any Error]) { self.errors = errors }

  init(options: [String: CaseParameter]) { errors = [] }

  var options: [String: CaseParameter] { [:] }

  func cases() -> [EvaluationCase] {
    errors.indices.map { EvaluationCase(id: "case-\($0)", task: Self.name, seed: $0) }
  }

  func prompt(for one: EvaluationCase, model: EvaluationModel) throws -> CasePrompt {
    throw errors[one.seed ?? 0]
  }

  func scores(of answer: CaseAnswer, to prompt: CasePrompt) -> [String: Double] { [:] }
}

/// What tests of files need.
struct Workplace {
  private let scratch: ScratchFolder
  let model: EvaluationModel
  let settings: EvaluationSettings

  init() throws {
    scratch = try ScratchFolder()
    model = try EvaluationModel(try Checkpoint(path: EmbeddedModel.folder()), name: EmbeddedModel.name)
    settings = EvaluationSettings(
      policies: [.named("laq"), .named("snapkv")], budgets: [.tokens(24), .tokens(48)])
  }

  var folder: String { scratch.path }

  func path(_ name: String) -> String { scratch.path(name) }

  func plan(_ suite: some EvaluationSuite) throws -> EvaluationPlan {
    try EvaluationPlan(suite, model: model.identity, settings: settings)
  }

  /// Runs what a file lacks, closes it, and returns what the file then holds.
  @discardableResult
  func run(
    _ suite: some EvaluationSuite, plan: EvaluationPlan? = nil, shard: Shard = .whole, jobs: Int = 1,
    to name: String
  ) async throws -> [EvaluationRow] {
    let plan = try plan ?? self.plan(suite)
    let file = try RowFile(path(name), plan: plan, shard: shard)
    defer { file.close() }
    return try await EvaluationRun(suite, plan: plan, shard: shard, model: model).rows(file, jobs: jobs)
  }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }
}

extension Policy {
  /// A policy that a test names.
  static func named(_ name: String) -> Policy {
    guard let policy = Policy(name) else { preconditionFailure("\(name) is no policy") }
    return policy
  }
}
