import Eviction
import Exploration
import Foundation

/// A summary of consistency as text and as CSV.
package struct ConsistencyTable: Sendable {
  let summary: ConsistencySummary
  private let results: EvaluationResults

  /// Makes the tables of results.
  package init(_ results: EvaluationResults) {
    self.results = results
    summary = ConsistencySummary(results)
  }

  /// Markdown tables: a line per policy and budget, a line per layer, and what single decode rows say.
  package var markdown: String {
    var table = MarkdownTable([
      "policy", "budget", "kept", "window", "by score", "recall", "at most", "mass recall",
      "cosine of its window", "of its lookahead",
    ])
    for line in summary.lines {
      for point in line.points {
        table.add([
          line.policy.name, point.budget.description, point.choice.kept, point.choice.window(beside: nil),
          point.choice.chosen,
          Self.share(point.means[.recall]), Self.share(point.means[.recallCeiling]),
          Self.share(point.means[.massRecall]), Self.share(point.means[summary.shown(.windowCosine)]),
          Self.share(point.means[summary.shown(.lookaheadCosine)]),
        ])
      }
    }
    let ahead = lookaheads
    var layers = MarkdownTable(
      ["layer", "window"] + ahead.map { "\($0.policy.name) at \($0.point.budget)" } + ["truth"])
    let (window, foreseen, truth) = (
      summary.shown(.windowCosine), summary.shown(.lookaheadCosine), summary.shown(.decodeCosine)
    )
    for layer in (summary.layers[truth] ?? []).indices {
      layers.add(
        [String(layer + 1), Self.share(summary.layers[window]?[layer])]
          + ahead.map { Self.share($0.point.layers[foreseen]?[layer]) }
          + [Self.share(summary.layers[truth]?[layer])])
    }
    layers.add(
      ["all", Self.share(summary.means[window])]
        + ahead.map { Self.share($0.point.means[foreseen]) } + [Self.share(summary.means[truth])])
    return ([table.text, "Cosine with the true decode rows\(sinks):\n", layers.text] + steps)
      .joined(separator: "\n")
  }

  /// What the cosines leave out.
  var sinks: String {
    summary.leavesSinksOut ? ", without the first \(HeadFigures.sinkCount) keys (the CSV has both)" : ""
  }

  /// What the numbers are, and what had no outcome.
  package var notes: String {
    let texts = summary.textCount == 1 ? "1 text" : "\(summary.textCount) texts"
    return
      ([
        """
        Means over all query heads of \(summary.modelName) and \(texts). Recall: the share of the true decode \
        queries' top tokens that is kept, as many as the
        budget; at most: the highest that any choice reaches, as query heads share kept sets; mass recall: the \
        share of their attention. Cosine: of a sum of rows (the prompt's last, as many as a policy's own window \
        has, without a policy \(summary.windowSize.map(String.init) ?? "8"); the lookahead; the truth itself) with \
        each true row.
        Step 1 is the row of the answer's first token, which chooses the second; a text whose answer has ended is in \
        no later mean.
        """
      ] + SummaryTable.legend(reference: nil)
      + ChoiceSummary.all(results.rows).notes(results.plan.settings.columns)
      + results.rows.compactMap { $0.unavailable.map { "without outcome: \($0)" } }).joined(separator: "\n")
      + "\n"
  }

  /// The first policy of each lookahead, at the smallest and the largest budget.
  var lookaheads: [(policy: Policy, point: ConsistencySummary.Point)] {
    var known: Set<LookaheadSettings> = []
    return summary.lines.flatMap { line -> [(policy: Policy, point: ConsistencySummary.Point)] in
      guard let settings = line.policy.lookahead, known.insert(settings).inserted else { return [] }
      return Self.ends(line.points.filter { $0.means[.lookaheadCosine] != nil }).map { (line.policy, $0) }
    }
  }

  /// The points of the smallest and the largest budget, or the only one.
  static func ends(_ points: [ConsistencySummary.Point]) -> [ConsistencySummary.Point] {
    let points = points.sorted { $0.keptTokens < $1.keptTokens }
    return [points.first, points.count > 1 ? points.last : nil].compactMap { $0 }
  }

  /// A line per text, policy, budget and head, then a line for each decode row alone, which has a step in the
  /// place of layer and head and the means over all query heads; the policy `full` has the cosines that hang
  /// on none.
  package var csv: String {
    let measures = ConsistencySuite.Measure.allCases
    var lines = ["text,policy,budget,kept,layer,head,step," + measures.map(\.rawValue).joined(separator: ",")]
    for row in results.rows {
      let layerCount = Int(row.outcomes.first?.series[ConsistencySuite.shapeKey]?.first ?? 1)
      for outcome in row.outcomes where outcome.unavailable == nil {
        let start = [
          CSVField.quoted(row.id), CSVField.quoted(outcome.policy.name), outcome.budget?.description ?? "",
          outcome.keptTokens.map { String($0) } ?? "",
        ]
        func add(_ series: [[Double]?], _ place: (_ index: Int, _ count: Int) -> [String]) {
          let count = series.compactMap(\.?.count).max() ?? 0
          for index in 0..<count {
            let values = series.map { values in
              values.flatMap { $0.indices.contains(index) ? String($0[index]) : nil } ?? ""
            }
            lines.append((start + place(index, count) + values).joined(separator: ","))
          }
        }
        add(measures.map { outcome.series[$0.rawValue] }) { index, count in
          let heads = max(1, count / max(1, layerCount))
          return [String(index / heads + 1), String(index % heads + 1), ""]
        }
        add(measures.map { outcome.series[$0.stepKey] }) { index, _ in ["", "", String(index + 1)] }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static func share(_ value: Double?) -> String { value.map { decimal($0, 3) } ?? "–" }

  /// A fixed number of decimals, without the locale.
  static func decimal(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }
}
