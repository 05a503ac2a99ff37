import Eviction
import Exploration
import Foundation
import Views

/// The program without a terminal: runs a prompt, plays keys, prints a screen or writes files.
@MainActor
struct TextRun {
  let input: OpenedInput
  let options: LaqTUI
  private var output: OutputOptions { options.output }

  /// - Throws: whatever stands in the way of what is to be printed or written; `CancellationError`.
  func run() async throws {
    let export = try output.exportRequest
    // The model may run for minutes: what stands in the way is told before.
    if let export { try ExportFile.check(export) }
    if let record = output.record { try AtomicFile.check(record, replacing: output.force) }
    if output.record != nil, input.run.prompt.laterQuestion != nil {
      throw ExportError.questionAfterEviction
    }
    var state = try input.state()
    let warning = state.message
    state.message = nil
    let sink = try Sink(options, input.preferences, isTerminal: false)
    let explorer = Explorer(input, state, on: sink)
    try await explorer.finish()
    if let warning { Console.say("laq-tui: \(warning)") }
    if let view = output.screen?.view { explorer.state.open(view) }
    try await sink.run(explorer)
    if let record = output.record {
      let projection = output.recordOutput ? await input.engine.outputProjection() : nil
      try TraceExport(explorer.state.run, output: projection).write(to: record, replacing: output.force)
    }
    if let export {
      try await explorer.complete()
      try ExportFile.write(explorer.stateInFiles, export, size: sink.size, glyphs: sink.glyphs)
    }
    if let why = output.why, let policy = Policy(why) {
      try await explain(policy, in: explorer.state.run, sink)
    }
    // A view that is drawn into a file is not printed, too; beside a table it is.
    let isDrawn = try export.map { try $0.scope == .view && $0.resolvedFormat().showsView } ?? false
    if output.screen != nil, !isDrawn {
      try await explorer.complete()
      sink.print(explorer)
    }
  }

  /// Prints why a policy lost the answer.
  private func explain(_ policy: Policy, in run: Run, _ sink: Sink) async throws {
    let onUpdate = sink.onUpdate
    let finding = await input.engine.why(try WhyFinding(run, policy: policy, target: output.target), of: run)
    {
      onUpdate(.finding($0))
    }
    Console.progress.clear()
    if finding.stage == .cancelled { throw CancellationError() }
    let export = WhyExport(finding, of: run)
    Output.write(output.json ? try export.json() : Data(export.text.utf8))
  }
}

/// A run that failed.
struct RunFailure: Error, CustomStringConvertible {
  let description: String
}
