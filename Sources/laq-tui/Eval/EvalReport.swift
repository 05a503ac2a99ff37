import Evaluation
import Eviction
import Exploration
import Foundation
import ResultsViews
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
  /// - Throws: `ExportError`, `EvalOutputError`.
  func show() throws {
    try output.check(suite: results.plan.suite, isMap: results.plan.isMap)
    if let score = output.score { try Self.check(score, in: results) }
    switch results.plan.suite {
    case LongBenchSuite.name:
      try show(LongBenchTable(results, score: output.score ?? LongBenchSuite.primaryScore))
    case ConsistencySuite.name: try show(ConsistencyTable(results))
    case HeadsSuite.name:
      let table = HeadsTable(results)
      try showTable(table.markdown, notes: table.notes, csv: table.csv)
      if let path = output.svg { try drawHeads(to: path) }
    default: try showSummary()
    }
  }

  private func show(_ table: LongBenchTable) throws {
    try showTable(table.markdown, notes: table.notes, csv: table.csv)
  }

  private func show(_ table: ConsistencyTable) throws {
    let figure = ConsistencyFigure(ConsistencySummary(results))
    show(
      [table.markdown, figure.text(width: 100, glyphs: output.ascii ? .ascii : .unicode), table.notes].joined(
        separator: "\n"))
    if let path = output.csv { try AtomicFile.write(Data(table.csv.utf8), to: path, replacing: true) }
    if let path = output.svg { try AtomicFile.write(Data(figure.svg.utf8), to: path, replacing: true) }
  }

  /// Writes the picture of heads as it is seen in a large window.
  private func drawHeads(to path: String) throws {
    let file = ResultsFile(name: "heads", plan: results.plan, rows: results.rows)
    let state = ResultsState(
      name: file.name, table: file.table, score: file.score, stage: .done, theme: .light)
    let picture = SVGRenderer(.light).svg(
      state.draw(size: Size(width: 120, height: 40)), title: "Heads of \(results.plan.model.name)")
    try AtomicFile.write(Data(picture.utf8), to: path, replacing: true)
  }

  private func showSummary() throws {
    let suite = SuiteRegistry.all.first { $0.name == results.plan.suite }
    let score = output.score ?? results.plan.primaryScore ?? "exact"
    if results.plan.isMap {
      try showMaps(NeedleMap(plan: results.plan, rows: results.rows, score: score))
    } else {
      let policies = results.plan.settings.policies
      let reference = PolicyElsewhere.named(output.reference ?? "snapkv", in: policies)
      let summary = EvaluationSummary(results, score: score, reference: reference)
      if let reference = output.reference, summary.reference == nil {
        Console.say(
          "--reference \(reference): this policy was not run, so that no cell is marked as differing from it")
      }
      let table = SummaryTable(summary, titles: suite?.groupTitles ?? [:])
      try showTable(table.markdown, notes: table.notes, csv: table.csv)
    }
  }

  private func showTable(_ markdown: String, notes: String, csv: String) throws {
    show(markdown + "\n" + notes + compressionNote)
    if let path = output.csv { try AtomicFile.write(Data(csv.utf8), to: path, replacing: true) }
  }

  /// Shows a table; dashes are the only signs of it that are not ASCII.
  private func show(_ text: String) {
    Console.show(output.ascii ? text.replacing("–", with: "-") : text)
  }

  /// A line that says so where policies did not see the question.
  private var compressionNote: String { results.plan.compressionNote.map { $0 + "\n" } ?? "" }

  private func showMaps(_ map: NeedleMap) throws {
    let maps = NeedleHeatmaps(map)
    let isColored = isatty(STDOUT_FILENO) == 1 && !ColorChoice.auto.isMonochrome
    let grid = maps.grid(theme: isColored ? .dark : .mono, glyphs: output.ascii ? .ascii : .unicode)
    Output.write(isColored ? TextRenderer.ansi(grid) : TextRenderer.text(grid))
    show("\n" + map.markdown + "\n" + map.notes + compressionNote)
    if let path = output.csv { try AtomicFile.write(Data(map.csv.utf8), to: path, replacing: true) }
    if let path = output.svg {
      let drawing = SVGRenderer(.light).svg(
        maps.grid(theme: .light, glyphs: .unicode),
        title:
          "Needle in a haystack, \(map.score)\(compressionNote.isEmpty ? "" : ", question after the eviction")"
      )
      try AtomicFile.write(Data(drawing.utf8), to: path, replacing: true)
    }
  }
}

extension EvalReport {
  /// Refuses a score that no answer of some results has.
  /// - Throws: `EvalOutputError.unknownScore`.
  static func check(_ score: String, in results: EvaluationResults) throws {
    let known = Set(results.rows.lazy.flatMap(\.outcomes).flatMap(\.scores.keys))
    guard known.contains(score) else { throw EvalOutputError.unknownScore(score, known: known.sorted()) }
  }
}

extension EvalOutput {
  /// The suites whose results have a picture.
  private static let drawnSuites = [NeedleSuite.name, ConsistencySuite.name, HeadsSuite.name]

  /// Looks whether what was asked for can be written, before anything is computed for it.
  /// - Parameter isMap: whether results are needles at lengths and depths.
  /// - Throws: `ExportError`, `EvalOutputError.noPicture`.
  func check(suite: String, isMap: Bool = false) throws {
    guard svg == nil || isMap || Self.drawnSuites.contains(suite) else {
      throw EvalOutputError.noPicture(suite: suite)
    }
    for path in [csv, svg].compactMap({ $0 }) { try AtomicFile.check(path, replacing: true) }
  }
}

/// Why results are not written as asked.
enum EvalOutputError: Error, CustomStringConvertible {
  /// The suite's results are a table.
  case noPicture(suite: String)
  /// No answer has a score of this name.
  case unknownScore(String, known: [String])

  var description: String {
    switch self {
    case .noPicture(let suite): "--svg: results of '\(suite)' are a table, which has no picture; use --csv"
    case .unknownScore(let name, let known):
      "--score \(name): these results have no such score; they have \(known.isEmpty ? "none" : known.joined(separator: ", "))"
    }
  }
}
