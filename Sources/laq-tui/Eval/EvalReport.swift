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
    let suite = SuiteRegistry.all.first { $0.name == results.plan.suite }
    let score = output.score ?? suite?.primaryScore ?? "exact"
    if results.plan.suite == NeedleSuite.name {
      try showMaps(NeedleMap(plan: results.plan, rows: results.rows, score: score))
    } else {
      let summary = EvaluationSummary(results, score: score, reference: Policy(output.reference))
      try showTable(SummaryTable(summary, titles: suite?.groupTitles ?? [:]))
    }
  }

  private func showTable(_ table: SummaryTable) throws {
    guard output.svg == nil else { throw EvalOutputError.noPicture(suite: results.plan.suite) }
    print(table.markdown)
    print(table.notes, terminator: "")
    if let path = output.csv { try AtomicFile.write(Data(table.csv.utf8), to: path, replacing: true) }
  }

  private func showMaps(_ map: NeedleMap) throws {
    let maps = NeedleHeatmaps(map)
    let isColored = isatty(STDOUT_FILENO) == 1 && !ColorChoice.auto.isMonochrome
    let grid = maps.grid(theme: isColored ? .dark : .mono, glyphs: output.ascii ? .ascii : .unicode)
    print(isColored ? TextRenderer.ansi(grid) : TextRenderer.text(grid), terminator: "")
    if let path = output.csv { try AtomicFile.write(Data(map.csv.utf8), to: path, replacing: true) }
    if let path = output.svg {
      let drawing = SVGRenderer(.light).svg(maps.grid(theme: .light, glyphs: .unicode), title: "Needle in a haystack, \(map.score)")
      try AtomicFile.write(Data(drawing.utf8), to: path, replacing: true)
    }
  }
}

extension EvalOutput {
  /// Looks whether the files can be written, before anything is computed for them.
  /// - Throws: `ExportError`.
  func check() throws {
    for path in [csv, svg].compactMap({ $0 }) { try AtomicFile.check(path, replacing: true) }
  }
}

/// Why results are not written as asked.
enum EvalOutputError: Error, CustomStringConvertible {
  /// The suite's results are a table.
  case noPicture(suite: String)

  var description: String {
    switch self {
    case .noPicture(let suite): "--svg: results of '\(suite)' are a table, which has no picture; use --csv"
    }
  }
}
