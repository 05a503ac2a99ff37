import ArgumentParser
import Checkpoint
import EmbeddedModel
import Evaluation
import Eviction
import Exploration
import Foundation
import Transformer

/// What every suite takes.
struct EvalOptions: ParsableArguments {
  @Option(help: "A Hugging Face folder, a .gguf or .safetensors file, ORG/NAME in the Hugging Face cache, or 'embedded'.")
  var model = EmbeddedModel.name

  @Flag(help: "Make each prompt a user's turn, by the model's own chat template.")
  var chat = false

  @Option(name: .customLong("policy"), help: "A policy; may be given several times. 'all' is every scorer and combination.")
  var policies: [String] = []

  @Option(
    name: .customLong("budget"), help: "Tokens per layer and head, or a share, or memory; may be given several times.",
    transform: Budget.init(parsing:))
  var budgets: [Budget] = []

  @Option(help: "One kept set per 'kv' head or per 'query' head.")
  var granularity = Granularity.kvHead

  @Option(help: "Number format of matrix products: automatic, float32, bfloat16.")
  var precision = Precision.automatic

  @Option(help: "The prompt's queries that are recorded: all, or windows for long texts in little memory.")
  var recording = RecordingScope.all

  @Option(help: "A trained gate for the policy 'gate', a .safetensors file.")
  var gate: String?

  @Option(name: .customLong("to"), help: "The file of results, .json; rows are gathered beside it. Default: SUITE.json.")
  var target: String?

  @Option(help: "Prompts at once, each with an engine of its own. Default: all cores for 'embedded', else 1.")
  var jobs: Int?

  @Option(help: "Run a part of the cases, as 3/16; 'eval merge' puts the parts together.", transform: shard)
  var shard = Shard.whole

  @Flag(help: "Show lines of progress where the screen of cells would be shown.")
  var plain = false

  @Flag(help: "Begin anew where the file holds another evaluation.")
  var force = false

  @OptionGroup var output: EvalOutput

  func validate() throws {
    guard jobs ?? 1 >= 1, jobs ?? 1 <= 256 else { throw ValidationError("--jobs must be from 1 to 256.") }
    guard target?.hasSuffix(".json") ?? true else { throw ValidationError("--to must name a .json file.") }
    for name in policies where name != "all" {
      do { _ = try Policy(parsing: name) } catch { throw ValidationError(String(describing: error)) }
    }
  }

  private static func shard(_ text: String) throws -> Shard {
    guard let shard = Shard(text) else { throw ValidationError("--shard must be as 3/16, from 1/16 to 16/16.") }
    return shard
  }

  /// The policies, or others where none are named.
  func policies(default standard: [String]) -> [Policy] {
    (policies.isEmpty ? standard : policies).flatMap { $0 == "all" ? Self.allPolicies : [$0] }.compactMap { Policy($0) }
  }

  /// Every scorer with its defaults, and LAQ under the allocations that other methods are known for.
  static let allPolicies =
    PolicyRegistry.all.map(\.name)
    + ["laq", "laq++", "snapkv"].flatMap { scorer in ["pyramid", "ada", "cake"].map { "\(scorer)/\($0)" } } + ["cake/cake"]

  /// Opens the model's small files.
  func evaluationModel() throws -> EvaluationModel {
    let isEmbedded = model == EmbeddedModel.name
    let checkpoint = try Checkpoint(path: isEmbedded ? EmbeddedModel.folder() : model)
    return try EvaluationModel(
      checkpoint, name: isEmbedded ? EmbeddedModel.name : nil, usesChat: chat, precision: precision,
      gate: try gate.map { try Gate(path: $0, for: checkpoint.configuration) })
  }

  /// What every case is run under.
  func settings(policies standard: [String], budgets standardBudgets: [Int]) -> EvaluationSettings {
    EvaluationSettings(
      policies: policies(default: standard), budgets: budgets.isEmpty ? standardBudgets.map { .tokens($0) } : budgets,
      granularity: granularity, recording: recording, arithmetic: EvaluationSettings.Arithmetic(precision))
  }

  /// Whether a person can watch: both are terminals.
  var showsScreen: Bool { !plain && isatty(STDOUT_FILENO) == 1 && isatty(STDIN_FILENO) == 1 }

  /// Prompts at once.
  var jobCount: Int { jobs ?? (model == EmbeddedModel.name ? ProcessInfo.processInfo.activeProcessorCount : 1) }
}

/// What is made of results.
struct EvalOutput: ParsableArguments {
  @Option(help: "The score that is shown. Default: the suite's own.")
  var score: String?

  @Option(help: "The policy that the others are compared with, prompt by prompt.")
  var reference = "snapkv"

  @Option(help: "Write the table as CSV, too.")
  var csv: String?

  @Option(help: "Write the picture as SVG, too.")
  var svg: String?

  @Flag(help: "Draw with ASCII characters only.")
  var ascii = false

  func validate() throws {
    do { _ = try Policy(parsing: reference) } catch { throw ValidationError("--reference: \(error)") }
  }
}
