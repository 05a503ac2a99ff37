import ArgumentParser
import Evaluation
import Exploration
import Foundation

/// `laq-tui eval cost`.
struct EvalCost: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cost", abstract: "Time and memory of each policy's stages, beside the full cache.",
    discussion: """
      Every policy is measured by itself on one prefill: passes over the prompt, lookahead, scoring and selection, then
      tokens decoded on what it keeps. Nothing else should run meanwhile.
      """)

  @Argument(help: "A text, or '-' for standard input.")
  var text: String

  @Option(help: "A question, put after the text with an empty line between them.")
  var question: String?

  @Option(help: "Tokens that are decoded to measure one.")
  var steps = 32

  @Option(help: "Measurements of each; the shortest counts.")
  var repeats = 3

  @Flag(help: "Print JSON.")
  var json = false

  @Option(name: .customLong("to"), help: "Write JSON to this file, too.")
  var target: String?

  @Flag(help: "Replace the file if it is there.")
  var force = false

  @OptionGroup var subject: EvalSubject

  func validate() throws {
    try LaqTUI.check(steps: steps)
    guard (1...1000).contains(repeats) else { throw ValidationError("--repeats must be from 1 to 1000.") }
  }

  func run() async throws {
    do {
      if let target { try AtomicFile.check(target, replacing: force) }
      let report = try await Signals.interrupting { try await measured() }
      if json {
        Output.write(try report.json())
      } else {
        Console.show(report.markdown + "\n" + report.notes)
      }
      if let target { try AtomicFile.write(try report.json(), to: target, replacing: force) }
    } catch is CancellationError {
      Console.end(Interrupted(), status: 130)
    } catch {
      Console.end(error, status: 1)
    }
  }

  private func measured() async throws -> CostReport {
    let model = try subject.evaluationModel()
    let settings = try subject.settings(
      policies: ["snapkv", "snapkv/pyramid", "laq", "laq++", "h2o", "tova", "streaming", "kvzip"],
      budgets: [128])
    try settings.policies.checkProfiles(model.checkpoint.configuration.shape)
    let (name, bytes) = try PromptReader.read(text)
    let prompt = try Prompt(
      name: name, text: bytes, tokenizer: model.checkpoint.tokenizer,
      framing: model.framing(question: question))
    let asked = CasePrompt(prompt: prompt, references: [], answerLimit: steps)
    try model.checkLength(of: asked)
    let cost = try await model.engine().costs(RunRequest(asked, settings: settings), repeats: repeats) {
      stage in
      Console.progress.show("measuring \(stage)")
    }
    return CostReport(
      cost, prompt: prompt, model: model.identity, settings: settings, repeats: repeats, decodedTokens: steps)
  }
}
