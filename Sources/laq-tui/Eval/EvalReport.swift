import Evaluation
import Eviction
import Exploration
import Foundation
import Screen
import Views

/// What is printed and written of results, by their suite.
struct EvalReport {
  private let results: EvaluationResults
  private let output: EvalOutput

  init(_ results: EvaluationResults, _ output: EvalOutput) {
    self.results = results
    self.output = output
  }

  /// Prints the table, or the heatmaps, and writes the files that were asked for.
  /// - Throws: `ExportError`.
  func show() throws {
    try output.check()
    switch results.plan.suite {
    case LongBenchSuite.name: try show(LongBenchTable(results))
    case ConsistencySuite.name: try show(ConsistencyTable(results))
    default: try showSummary()
    }
  }

  private func show(_ table: LongBenchTable) throws {
    print(table.markdown)
    print(table.notes, terminator: "")
    if let path = output.csv { try AtomicFile.write(Data(table.csv.utf8), to: path, replacing: true) }
  }

  private func show(_ table: ConsistencyTable) throws {
    print(table.markdown)
    let figure = ConsistencyFigure(ConsistencySummary(results))
    print(figure.text(width: 100, glyphs: output.ascii ? .ascii : .unicode))
    print(table.notes, terminator: "")
    if let path = output.csv { try AtomicFile.write(Data(table.csv.utf8), to: path, replacing: true) }
    if let path = output.svg { try AtomicFile.write(Data(figure.svg.utf8), to: path, replacing: true) }
  }

  private func showSummary() throws {
    let suite = SuiteRegistry.all.first { $0.name == results.plan.suite }
    let score = output.score ?? suite?.primaryScore ?? "exact"
    let summary = EvaluationSummary(results, score: score, reference: Policy(output.reference))
    let table = SummaryTable(summary, titles: suite?.groupTitles ?? [:])
    print(table.markdown)
    print(table.notes, terminator: "")
    if let path = output.csv { try AtomicFile.write(Data(table.csv.utf8), to: path, replacing: true) }
  }
}

extension EvalOutput {
  /// Looks whether the files can be written, before anything is computed for them.
  /// - Throws: `ExportError`.
  func check() throws {
    for path in [csv, svg].compactMap({ $0 }) { try AtomicFile.check(path, replacing: true) }
  }
}
