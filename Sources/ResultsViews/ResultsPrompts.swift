import Evaluation
import Screen
import Views

/// The prompts behind a cell, and what became of the chosen one under every policy at the same budget.
struct ResultsPrompts {
  private let state: ResultsState
  private let glyphs: GlyphSet
  private let width: Int
  private let rows: Range<Int>
  private let prompts: [ResultsState.Prompt]
  private var theme: Theme { state.theme }
  private let left = 2

  init(_ state: ResultsState, glyphs: GlyphSet, width: Int, rows: Range<Int>) {
    (self.state, self.glyphs, self.width, self.rows) = (state, glyphs, width, rows)
    prompts = state.prompts
  }

  func draw(into grid: inout Grid) {
    let series = state.chosenSeries
    var heading = Line()
    if let series { heading.add(Span(ResultsTable.title(series), theme[.accent])) }
    heading.add(
      Span("   \(grouped(prompts.count)) prompts, the lowest \(state.score) first", theme[.dim]), rank: 1)
    heading.add(Span("   Enter explores one", theme[.dim]), rank: 2)
    grid.put(heading.fitting(width), row: rows.lowerBound, column: left, limit: left + width)
    guard prompts.indices.contains(state.prompt) else { return }
    // The answers take half of the screen at most.
    let answers = self.answers(prompts[state.prompt], series)
    let below = min(answers.count, max(3, rows.count / 2 - 2))
    let list = rows.lowerBound + 2..<rows.upperBound - below - 1
    let first = max(0, min(state.prompt - list.count / 2, prompts.count - list.count))
    let names = min(30, prompts.map { TextWidth.of($0.one.id) }.max() ?? 0)
    for (row, index) in zip(list, prompts.indices.dropFirst(first)) {
      let prompt = prompts[index], isChosen = index == state.prompt
      if isChosen { grid.caret = Place(row: row, column: left) }
      let score = prompt.outcome?.scores[state.score].map { ResultsState.text($0) } ?? glyphs.dash
      let words = prompt.outcome?.answer ?? prompt.outcome?.unavailable ?? prompt.row.unavailable ?? ""
      grid.put(
        [
          Span(isChosen ? glyphs.marker + " " : "  ", theme[.accent]),
          Span(TextWidth.padded(score, to: 4, right: true) + "  ", theme[.text]),
          Span(
            TextWidth.padded(
              TextWidth.clipped(visible(prompt.one.id), to: names, ellipsis: glyphs.ellipsis), to: names)
              + "  ", theme[.dim]),
          Span(visible(words), theme[isChosen ? .selected : .text]),
        ], row: row, column: left, limit: left + width)
    }
    grid.rule(row: list.upperBound, column: left, width: width, glyphs: glyphs, style: theme[.frame])
    for (row, line) in zip(list.upperBound + 1..<rows.upperBound, answers) {
      grid.put(line, row: row, column: left, limit: left + width)
    }
  }

  /// What would be right, and every policy's answer, the chosen policy's and the full cache's first.
  private func answers(_ prompt: ResultsState.Prompt, _ series: ResultsTable.Series?) -> [[Span]] {
    let right = [
      Span(TextWidth.padded("right", to: 18), theme[.good]),
      Span(visible(prompt.row.references.joined(separator: " | ")), theme[.text]),
    ]
    let outcomes = prompt.row.outcomes.filter {
      $0.budget == nil || $0.budget == series?.budget || series?.budget == nil
    }
    func isFirst(_ outcome: Outcome) -> Bool {
      outcome.policy == series?.policy && outcome.budget == series?.budget
    }
    return [right]
      + (outcomes.filter(isFirst) + outcomes.filter { !isFirst($0) }).map { outcome in
        let score = outcome.scores[state.score]
        return [
          Span(
            TextWidth.padded(
              TextWidth.clipped(outcome.policy.title, to: 13, ellipsis: glyphs.ellipsis), to: 14),
            theme[isFirst(outcome) ? .accent : .dim]),
          Span(
            TextWidth.padded(score.map { ResultsState.text($0) } ?? glyphs.dash, to: 3, right: true) + " ",
            theme[.text]),
          Span(visible(outcome.answer ?? outcome.unavailable ?? ""), theme[.text]),
        ]
      }
  }

  private func visible(_ text: String) -> String { Sanitizer.visible(text, glyphs: glyphs, spaces: false) }
}
