import ArgumentParser
import Evaluation
import Exploration
import Foundation
import Terminal
import Transformer

/// Runs a suite from the command line: its files, its progress, Ctrl-C.
struct EvalRunner<Suite: EvaluationSuite> {
  let suite: Suite
  let options: EvalOptions
  let settings: EvaluationSettings
  /// What policies see of a prompt.
  var compressed = CompressedPart.all

  /// Runs what is left, writes the results and prints them.
  func run() async throws {
    do { try options.output.check(suite: Suite.name) } catch let error as EvalOutputError {
      throw ValidationError(error.description)
    } catch {
      Console.end(error, status: 1)
    }
    do {
      let model = try options.subject.evaluationModel(compressed: compressed)
      try model.drafts.check(settings.policies)
      try settings.policies.checkProfiles(model.checkpoint.configuration.shape)
      let plan = try EvaluationPlan(
        suite, model: model.identity, settings: settings, usesChat: options.subject.chat,
        variables: model.variables, compressed: compressed)
      let files = EvalFiles(target: options.target ?? "\(Suite.name).json", shard: options.shard)
      if let results = try files.finished(plan, replacing: options.force) {
        try EvalReport(results, options.output).show()
        return
      }
      guard let rows = try await rows(plan, model, files) else { throw EvalInterrupted(file: files.rows) }
      guard options.shard.isWhole else {
        Console.say(
          "shard \(options.shard) is done: merge with laq-tui eval merge \(files.pattern) --to \(files.results)"
        )
        return
      }
      try EvalReport(try EvaluationResults(plan: plan, rows: rows), options.output).show()
    } catch let error as EvalInterrupted {
      Console.end(error, status: 130)
    } catch let error as TerminalError {
      Console.end(error, status: 2)
    } catch {
      Console.end(error, status: 1)
    }
  }

  /// The rows; `nil` when Ctrl-C ended it.
  private func rows(_ plan: EvaluationPlan, _ model: EvaluationModel, _ files: EvalFiles) async throws
    -> [EvaluationRow]?
  {
    let file = try RowFile(files.rows, plan: plan, shard: options.shard, replacing: options.force)
    defer { file.close() }
    let jobs = options.jobCount
    // Several prompts at once share the cores.
    shareThreads(among: jobs)
    let run = EvaluationRun(suite, plan: plan, shard: options.shard, model: model)
    if options.showsScreen { return try await watched(run, file, files, jobs) }
    let console = ProgressLine(earlier: file.earlierRows.count, total: options.shard.cases(of: plan).count)
    do {
      return try await Signals.interrupting {
        try await completed(run, file, files, jobs) { progress, row in console.show(progress, row) }
      }
    } catch is CancellationError { return nil }
  }
}

extension EvalRunner {
  /// The rows, with the results written as soon as there are all of them.
  private func completed(
    _ run: EvaluationRun<Suite>, _ file: RowFile, _ files: EvalFiles, _ jobs: Int,
    onRow: @escaping @Sendable (EvaluationProgress, EvaluationRow) -> Void
  ) async throws -> [EvaluationRow] {
    let rows = try await run.rows(file, jobs: jobs, onRow: onRow)
    if options.shard.isWhole {
      try EvaluationResults(plan: run.plan, rows: rows).write(to: files.results, replacing: true)
    }
    return rows
  }

  /// The rows of a run that a person watches; `nil` when they left before its end.
  private func watched(_ run: EvaluationRun<Suite>, _ file: RowFile, _ files: EvalFiles, _ jobs: Int)
    async throws
    -> [EvaluationRow]?
  {
    let news = ResultsNews()
    let name = (files.results as NSString).lastPathComponent
    let options = try screenOptions(name)
    let sink = try await Sink(options, Preferences.holding(options), isTerminal: true)
    let browser = await ResultsBrowser(
      ResultsFile(name: name, plan: run.plan, rows: file.earlierRows), options: options, on: sink, news: news)
    let task = Task {
      let rows = try await completed(run, file, files, jobs) { progress, row in
        news.put([row], stage: .running(ProgressLine.text(progress, row)))
      }
      news.put(stage: .done)
      return rows
    }
    // What stops the evaluation closes the screen, which would hide the reason.
    let closing = Task {
      do { _ = try await task.value } catch { news.end() }
    }
    try await sink.run(browser)
    task.cancel()
    await closing.value
    do { return try await task.value } catch is CancellationError { return nil }
  }
}

extension EvalRunner {
  /// The options of the screen, and of the prompts that are opened on it: those that this command was given.
  func screenOptions(_ name: String) throws -> LaqTUI {
    try LaqTUI.parse(
      options.subject.screenArguments + (options.output.ascii ? ["--ascii"] : []) + ["--", name])
  }
}

/// Ctrl-C: what was written stays.
struct EvalInterrupted: Error, CustomStringConvertible {
  let file: String
  var description: String { "stopped; \(file) has the rows so far, and the same command goes on behind them" }
}
