import Eviction
import Exploration
import Foundation

/// A summary of consistency as text and as CSV.
package struct ConsistencyTable: Sendable {
  private let summary: ConsistencySummary
  private let results: EvaluationResults

  /// Makes the tables of results.
  package init(_ results: EvaluationResults) {
    self.results = results
    summary = ConsistencySummary(results)
  }

  /// Two Markdown tables: a line per policy and budget, and a line per layer.
  package var markdown: String {
    var table = MarkdownTable([
      "policy", "budget", "kept", "window", "by score", "recall", "mass recall", "cosine of its lookahead",
    ])
    for line in summary.lines {
      for point in line.points {
        table.add([
          line.policy.name, point.budget.description, point.choice.kept, point.choice.window(beside: nil),
          point.choice.chosen,
          Self.share(point.means[.recall]),
          Self.share(point.means[.massRecall]), Self.share(point.means[.lookaheadCosine]),
        ])
      }
    }
    let ahead = lookaheads
    var layers = MarkdownTable(
      ["layer", "window"] + ahead.map { "\($0.policy.name) at \($0.point.budget)" } + ["truth"])
    for layer in (summary.layers[.decodeCosine] ?? []).indices {
      layers.add(
        [String(layer + 1), Self.share(summary.layers[.windowCosine]?[layer])]
          + ahead.map { Self.share($0.point.layers[.lookaheadCosine]?[layer]) }
          + [Self.share(summary.layers[.decodeCosine]?[layer])])
    }
    layers.add(
      ["all", Self.share(summary.means[.windowCosine])]
        + ahead.map { Self.share($0.point.means[.lookaheadCosine]) }
        + [Self.share(summary.means[.decodeCosine])])
    return "\(table.text)\nCosine with the true decode rows:\n\n\(layers.text)"
  }

  /// What the numbers are, and what had no outcome.
  package var notes: String {
    let texts = summary.textCount == 1 ? "1 text" : "\(summary.textCount) texts"
    return
      ([
        """
        Means over all query heads of \(summary.modelName) and \(texts). Recall: the share of the true decode queries' top tokens \
        that is kept; mass
        recall: the share of their attention. Cosine: of a sum of rows (the last \(AttentionRows.windowSize) of the prompt; \
        the lookahead; the truth itself) with each true row.
        """
      ] + SummaryTable.legend(reference: nil)
      + ChoiceSummary.all(results.rows).notes(results.plan.settings.columns)
      + results.rows.compactMap { $0.unavailable.map { "without outcome: \($0)" } }).joined(separator: "\n")
      + "\n"
  }

  /// The first policy of each lookahead, at the smallest and the largest budget.
  private var lookaheads: [(policy: Policy, point: ConsistencySummary.Point)] {
    var known: Set<LookaheadSettings> = []
    return summary.lines.flatMap { line -> [(policy: Policy, point: ConsistencySummary.Point)] in
      guard let settings = line.policy.lookahead, known.insert(settings).inserted else { return [] }
      let points = line.points.filter { $0.means[.lookaheadCosine] != nil }.sorted {
        $0.keptTokens < $1.keptTokens
      }
      return [points.first, points.count > 1 ? points.last : nil].compactMap { $0 }.map { (line.policy, $0) }
    }
  }

  /// A line per text, policy, budget and head; the policy `full` has the cosines that hang on none.
  package var csv: String {
    let measures = ConsistencySuite.Measure.allCases
    var lines = ["text,policy,budget,kept,layer,head," + measures.map(\.rawValue).joined(separator: ",")]
    for row in results.rows {
      let layerCount = Int(row.outcomes.first?.series[ConsistencySuite.shapeKey]?.first ?? 1)
      for outcome in row.outcomes where outcome.unavailable == nil {
        let series = measures.map { outcome.series[$0.rawValue] ?? [] }
        let count = series.map(\.count).max() ?? 0
        let start = [
          CSVField.quoted(row.id), CSVField.quoted(outcome.policy.name), outcome.budget?.description ?? "",
          outcome.keptTokens.map { String($0) } ?? "",
        ]
        for index in 0..<count {
          let heads = max(1, count / max(1, layerCount))
          let values = series.map { $0.indices.contains(index) ? String($0[index]) : "" }
          lines.append(
            (start + [String(index / heads + 1), String(index % heads + 1)] + values).joined(separator: ","))
        }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func share(_ value: Double?) -> String { value.map { decimal($0, 3) } ?? "–" }

  /// A fixed number of decimals, without the locale.
  static func decimal(_ value: Double, _ places: Int) -> String { String(format: "%.\(places)f", value) }
}
