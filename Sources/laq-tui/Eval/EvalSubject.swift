import ArgumentParser
import Checkpoint
import EmbeddedModel
import Evaluation
import Eviction
import Exploration
import Foundation
import Transformer

/// What is evaluated: a model, and the policies and budgets under which it runs.
struct EvalSubject: ParsableArguments {
  @Option(
    help:
      "A Hugging Face folder, a .gguf or .safetensors file, ORG/NAME in the Hugging Face cache, or 'embedded'."
  )
  var model = EmbeddedModel.name

  @Flag(help: "Make each prompt a user's turn, by the model's own chat template.")
  var chat = false

  @Option(
    name: .customLong("template"),
    help: "With --chat: a variable of the template, as enable_thinking=false; may be given several times.")
  var variables: [String] = []

  @Option(
    name: .customLong("policy"),
    help: "A policy; may be given several times. 'all' is every scorer and combination.")
  var policies: [String] = []

  @Option(
    name: .customLong("budget"),
    help: "Tokens per layer and head, or a share, or memory; may be given several times.",
    transform: Budget.init(parsing:))
  var budgets: [Budget] = []

  @Option(
    name: .customLong("sweep"),
    help: """
      Values of a setting, as w=8,16,32 or m=8,16,32: each policy that has it is run under all of them, and the best is \
      named; may be given several times.
      """,
    transform: sweep)
  var sweeps: [PolicySweep] = []

  @Option(help: "One kept set per 'kv' head or per 'query' head.")
  var granularity = Granularity.kvHead

  @Option(help: "Number format of matrix products: automatic, float32, bfloat16.")
  var precision = Precision.automatic

  @Option(help: "The prompt's queries that are recorded: all, or windows for long texts in little memory.")
  var recording = RecordingScope.all

  @Option(help: "A trained gate for the policy 'gate', a .safetensors file.")
  var gate: String?

  func validate() throws {
    for name in policies where name != "all" {
      do { _ = try Policy(parsing: name) } catch { throw ValidationError(String(describing: error)) }
    }
    guard variables.isEmpty || chat else { throw ValidationError("--template needs --chat.") }
    do { _ = try templateVariables() } catch { throw ValidationError(String(describing: error)) }
  }

  /// The policies, or others where none are named.
  func policies(default standard: [String]) -> [Policy] {
    ExplorationSettings.distinct(
      (policies.isEmpty ? standard : policies).flatMap { $0 == "all" ? Self.allPolicies : [$0] }
        .compactMap { Policy($0) })
  }

  /// Every scorer with its defaults, LAQ under the allocations that other methods are known for, and those
  /// methods whole.
  ///
  /// The pyramid is the authors': kvpress' has no line for budgets little above the window, and keeps them as
  /// they are.
  static let allPolicies =
    PolicyRegistry.all.map(\.name)
    + ["laq", "laq++", "snapkv"].flatMap { scorer in
      ["pyramid(style=authors)", "ada", "cake"].map { "\(scorer)/\($0)" }
    } + ["cake/cake", "kvzip/global", "kvcompose/compose"]

  /// Opens the model's small files.
  /// - Parameter compressed: what policies see of a prompt.
  func evaluationModel(compressed: CompressedPart = .all) throws -> EvaluationModel {
    let isEmbedded = model == EmbeddedModel.name
    let checkpoint = try Checkpoint(option: model)
    for notice in checkpoint.notices { Console.say("laq-tui: \(notice)") }
    return try EvaluationModel(
      checkpoint, path: isEmbedded ? nil : model, name: isEmbedded ? EmbeddedModel.name : nil, usesChat: chat,
      variables: templateVariables(), compressed: compressed, precision: precision, gate: gate,
      drafts: DraftModels(named: checkpoint))
  }

  /// What the chat template is told beside the conversation.
  /// - Throws: `TemplateVariableError`.
  func templateVariables() throws -> TemplateVariables { try TemplateVariables(parsing: variables) }

  /// What the program's own command line says of the same model, for prompts that are explored.
  var screenArguments: [String] {
    ["--model=\(model)", "--precision=\(precision.rawValue)", "--recording=\(recording.rawValue)"]
      + (gate.map { ["--gate=\($0)"] } ?? []) + (chat ? ["--chat"] : [])
      + variables.map { "--template=\($0)" }
  }

  private static func sweep(_ text: String) throws -> PolicySweep {
    guard let sweep = PolicySweep(text) else {
      throw ValidationError("--sweep must be as w=8,16,32: a setting, and its values.")
    }
    return sweep
  }

  /// The policies with those that sweeps add; what is left out is said.
  /// - Throws: `ValidationError` for a setting that no policy has, or a value that it does not take.
  private func swept(_ policies: [Policy], budgets: [Budget]) throws -> [Policy] {
    // What a share or memory comes to hangs on each prompt: there no window is known to be too long.
    let counts = budgets.map { if case .tokens(let count) = $0 { count } else { Int.max } }
    return try sweeps.reduce(policies) { policies, sweep in
      do {
        let (swept, skipped) = try sweep.applied(to: policies, budgets: counts)
        for sentence in skipped { Console.say("--sweep: \(sentence)") }
        return swept
      } catch {
        throw ValidationError("--sweep: \(error)")
      }
    }
  }

  /// What every case is run under.
  /// - Throws: `ValidationError` for a sweep of a setting that no policy has.
  func settings(policies standard: [String], budgets standardBudgets: [Int]) throws -> EvaluationSettings {
    let budgets = budgets.isEmpty ? standardBudgets.map { .tokens($0) } : budgets
    return EvaluationSettings(
      policies: try swept(policies(default: standard), budgets: budgets), budgets: budgets,
      granularity: granularity, recording: recording, arithmetic: EvaluationSettings.Arithmetic(precision))
  }
}
