import Evaluation
import Screen
import Views

/// Everything that the screen of an evaluation is a function of, beside the terminal's size and its glyphs:
/// its cells, or the heads that it is about, and the prompts behind one of them.
package struct ResultsState: Sendable {
  /// What is shown.
  package enum Page: Sendable, Hashable {
    /// The means.
    case cells
    /// The heads of a model, in the place of means.
    case heads
    /// The prompts behind the chosen cell, the lowest scores first.
    case prompts
  }

  /// How far the evaluation is.
  package enum Stage: Sendable, Hashable {
    /// Running; the sentence says how far.
    case running(String)
    /// Every case of the plan has a row.
    case done
    /// Some cases have no row, and nothing runs.
    case unfinished
  }

  /// The file's name.
  package let name: String
  /// The means.
  package var table: ResultsTable {
    didSet { heads?.update(table) }
  }
  /// What is looked at of heads; `nil` in results that are not about them.
  package var heads: HeadsBrowsing?
  /// The score that is shown.
  package var score: String
  /// How far the evaluation is.
  package var stage: Stage
  /// The chosen cell.
  package var place = ResultsTable.Place()
  /// What is shown.
  package var page = Page.cells
  /// The chosen prompt, an index into `prompts`.
  package var prompt = 0
  /// The theme.
  package var theme: Theme
  /// What the status line says until the next key.
  package var message: String?
  /// Frames drawn while the evaluation runs.
  package var tick = 0

  /// A state at the beginning.
  /// - Parameter score: what is shown first.
  package init(name: String, table: ResultsTable, score: String, stage: Stage, theme: Theme = .dark) {
    (self.name, self.table, self.score, self.stage, self.theme) = (name, table, score, stage, theme)
    if table.plan.suite == HeadsSuite.name { (heads, page) = (HeadsBrowsing(table), .heads) }
    // The full cache's page says the least.
    if table.isHeatmap {
      place.page = min(1, table.allSeries.count - 1)
    } else {
      place.row = min(1, table.rowTitles.count - 1)
    }
  }

  /// A prompt behind the chosen cell.
  struct Prompt {
    let one: EvaluationCase
    let row: EvaluationRow
    let outcome: Outcome?
  }

  /// The policy and budget that are looked at.
  var chosenSeries: ResultsTable.Series? {
    guard let heads else { return table.series(at: place) }
    return heads.column ?? table.allSeries.first
  }

  /// The prompts behind the chosen cell, or about heads, that are done, the lowest scores first.
  var prompts: [Prompt] {
    guard let series = chosenSeries else { return [] }
    let all = (heads == nil ? table.cases(at: place) : table.plan.cases).compactMap { one in
      table.rows[one.id].map { Prompt(one: one, row: $0, outcome: $0.outcome(series.policy, series.budget)) }
    }
    return all.enumerated().sorted { first, second in
      let (a, b) = (first.element.outcome?.scores[score] ?? -1, second.element.outcome?.scores[score] ?? -1)
      return a == b ? first.offset < second.offset : a < b
    }.map(\.element)
  }

  /// The prompt that `Effect.open` is about, and the policy and the budget to explore it with.
  package var chosenPrompt: (EvaluationCase, ResultsTable.Series)? {
    let prompts = prompts
    guard page == .prompts, prompts.indices.contains(prompt) else { return nil }
    return chosenSeries.map { (prompts[prompt].one, $0) }
  }
}
