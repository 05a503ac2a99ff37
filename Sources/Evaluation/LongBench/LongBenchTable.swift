import Eviction
import Exploration
import Foundation

/// LongBench's scores as its own tables give them: a line per data set, per cent with two decimals, and the
/// averages over data sets.
package struct LongBenchTable: Sendable {
  private let results: EvaluationResults
  private let summary: EvaluationSummary

  /// Makes the table of results.
  /// - Parameter score: the score that is shown.
  package init(_ results: EvaluationResults, score: String = LongBenchSuite.primaryScore) {
    self.results = results
    summary = EvaluationSummary(results, score: score, reference: nil)
  }

  /// The data sets that have a score, in the plan's order.
  private var tasks: [BenchmarkTask] { summary.groups.compactMap(BenchmarkTask.named) }

  /// The best members of families, by the average over LongBench's data sets, or RULER's.
  private var sweep: SweepBest {
    let settings = results.plan.settings
    return SweepBest(policies: settings.policies, budgets: settings.budgets, choices: summary.choices) {
      average(.longBench, $0) ?? average(.ruler, $0)
    }
  }

  private func isScored(_ task: BenchmarkTask) -> Bool { task.metric.reasonNotScored == nil }

  private func mean(_ task: BenchmarkTask, _ column: EvaluationSummary.Column) -> Double? {
    summary.cell(task.name, column)?.score?.mean
  }

  /// The mean over the data sets of a benchmark that have a score in this column.
  private func average(_ benchmark: BenchmarkTask.Benchmark, _ column: EvaluationSummary.Column) -> Double? {
    let means = tasks.filter { $0.benchmark == benchmark }.compactMap { mean($0, column) }
    return means.isEmpty ? nil : means.reduce(0, +) / Double(means.count)
  }

  /// A line per data set, a column per policy and budget.
  package var markdown: String {
    let columns = summary.columns
    var table = MarkdownTable(["data set", "metric", "lines"] + columns.map(Self.title))
    for task in tasks {
      table.add(
        [task.name, task.metric.rawValue, lines(task)]
          + columns.map { summary.isBeyondModel(task.name) ? "–" : Self.cent(mean(task, $0)) })
    }
    for benchmark in [BenchmarkTask.Benchmark.longBench, .ruler] {
      let count = tasks.count { $0.benchmark == benchmark && isScored($0) }
      guard count > 1 else { continue }
      table.add(["average", benchmark.rawValue, ""] + columns.map { Self.cent(average(benchmark, $0)) })
    }
    let choices = columns.map { summary.choices[$0] }
    table.add(["kept", "tokens per head", ""] + choices.map { $0?.kept ?? "–" })
    table.add(["window", "tokens", ""] + choices.map { $0?.window(beside: nil) ?? "–" })
    table.add(["by score", "tokens per head", ""] + choices.map { $0?.chosen ?? "–" })
    return table.text
  }

  /// What is not scored, and every line without an outcome.
  package var notes: String {
    var lines = [
      "\(summary.score), per cent; data sets as the official scorers score them (score × 100, the mean over lines)."
    ]
    for task in tasks {
      if let reason = task.metric.reasonNotScored {
        lines.append("\(task.name): answered, not scored: \(task.metric.rawValue) \(reason)")
      }
    }
    lines += SummaryTable.legend(reference: nil) + summary.choices.notes(summary.columns)
    lines += sweep.sentences
    if let sentence = summary.beyondModel() { lines.append(sentence) }
    let unavailable = results.rows.compactMap(\.unavailable)
    if !unavailable.isEmpty {
      lines.append("\(unavailable.count) of \(results.rows.count) lines have no outcome:")
      lines += unavailable.prefix(20).map { "  \($0)" }
      if unavailable.count > 20 {
        lines.append("  and \(unavailable.count - 20) more, as the results' file says")
      }
    }
    // A policy that cannot run is said once, not for every line.
    let reasons = results.rows.flatMap(\.outcomes).compactMap { outcome in
      outcome.unavailable.map { "\(outcome.policy.name): \($0)" }
    }.withoutRepetitions()
    return (lines + reasons).joined(separator: "\n") + "\n"
  }

  /// A line per data set, policy and budget; scores from 0 to 1.
  package var csv: String {
    let header = "dataset,benchmark,metric,policy,budget,score,lines,without_outcome"
    let lines = tasks.flatMap { task in
      summary.columns.map { column in
        [
          task.name, task.benchmark.rawValue, task.metric.rawValue, CSVField.quoted(column.policy.name),
          column.budget?.description ?? "", mean(task, column).map { String($0) } ?? "",
          String(summary.cell(task.name, column)?.score?.count ?? 0), String(failureCount(task)),
        ].joined(separator: ",")
      }
    }
    return ([header] + lines).joined(separator: "\n") + "\n"
  }

  private func lineCount(_ task: BenchmarkTask) -> Int { results.plan.cases.count { $0.task == task.name } }

  /// How many lines there are, or how many of them have an outcome.
  private func lines(_ task: BenchmarkTask) -> String {
    let (all, failed) = (lineCount(task), failureCount(task))
    return failed == 0 ? String(all) : "\(all - failed) of \(all)"
  }

  private func failureCount(_ task: BenchmarkTask) -> Int {
    zip(results.plan.cases, results.rows).count { $0.task == task.name && $1.unavailable != nil }
  }

  private static func title(_ column: EvaluationSummary.Column) -> String {
    column.policy.name + (column.budget.map { " \($0)" } ?? "")
  }

  private static func cent(_ share: Double?) -> String {
    share.map { String(format: "%.2f", 100 * $0) } ?? "–"
  }
}
