import Eviction

extension ConsistencyTable {
  /// How near windows and lookaheads are to single rows of the full cache's answer, and what kept sets cover
  /// of them, in runs of steps; nothing in results that did not measure it.
  var steps: [String] {
    guard let truth = summary.steps[summary.shown(.decodeCosine)] else { return [] }
    let runs = StepMeans.runs(upTo: truth.values.count)
    return [
      "By step of the answer, cosine with the rows of these steps alone\(sinks):\n",
      cosines(runs, truth: truth).text,
      "By step of the answer, recall of the top tokens of each row alone, as many as the budget:\n",
      recall(runs).text,
    ]
  }

  /// A line per run of steps.
  private func cosines(_ runs: [Range<Int>], truth: StepMeans) -> MarkdownTable {
    let (window, foreseen) = (summary.shown(.windowCosine), summary.shown(.lookaheadCosine))
    var table = MarkdownTable(
      ["steps", "texts", "window"] + lookaheads.map { "\($0.policy.name) at \($0.point.budget)" } + ["truth"])
    for run in runs {
      table.add(
        [
          Self.name(run), String(truth.textCounts[run.lowerBound]),
          Self.share(summary.steps[window]?.mean(over: run)),
        ] + lookaheads.map { Self.share($0.point.steps[foreseen]?.mean(over: run)) }
          + [Self.share(truth.mean(over: run))])
    }
    return table
  }

  /// A line per policy at its smallest and its largest budget.
  private func recall(_ runs: [Range<Int>]) -> MarkdownTable {
    var table = MarkdownTable(["policy", "budget"] + runs.map(Self.name))
    for line in summary.lines {
      for point in Self.ends(line.points.filter { $0.steps[.recall] != nil }) {
        table.add(
          [line.policy.name, point.budget.description]
            + runs.map { Self.share(point.steps[.recall]?.mean(over: $0)) })
      }
    }
    return table
  }

  /// Steps as they are counted on screens, from 1.
  private static func name(_ run: Range<Int>) -> String {
    run.count == 1 ? "\(run.upperBound)" : "\(run.lowerBound + 1)–\(run.upperBound)"
  }
}
