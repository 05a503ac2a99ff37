import Eviction
import Exploration
import Foundation

/// What is known of heads over many prompts as text and as CSV: the heads that matter most, with their
/// figures.
package struct HeadsTable: Sendable {
  let summary: HeadsSummary
  private let results: EvaluationResults

  /// Heads that a table lists.
  private static let length = 12

  /// Makes the tables of results.
  package init(_ results: EvaluationResults) {
    self.results = results
    summary = HeadsSummary(plan: results.plan, rows: results.rows)
  }

  /// A Markdown table for each policy at each budget: its most costly heads; and one of retrieval heads.
  package var markdown: String {
    var parts: [String] = []
    for column in summary.columns {
      let count = summary.counts[column] ?? (0, 0)
      parts.append(
        "\(Self.name(column)): \(count.lost) of \(count.prompts) answers lost\n")
      let table = table(column)
      parts.append(table.isEmpty ? "No head's eviction costs anything.\n" : table.text)
    }
    if let retrieval = summary.figure(.retrieval, nil) {
      parts.append("Retrieval heads of \(results.plan.model.name), \(retrieval.prompts.count) prompts\n")
      parts.append(table(nil).text)
    }
    return parts.joined(separator: "\n")
  }

  /// The heads that come first by what they bring back, then by their gain; of no policy, by their retrieval.
  private func table(_ column: HeadsSummary.Column?) -> MarkdownTable {
    let retrieval = summary.figure(.retrieval, nil)
    let gain = column.flatMap { summary.figure(.gain, $0) }
    let cost = column.flatMap { summary.figure(.cost, $0) }
    let retrievalTop = "of \(retrieval?.prompts.count ?? 0) in top \(retrieval?.stability.top ?? 0)"
    guard let gain else {
      var table = MarkdownTable(["head", "retrieval", "spread", retrievalTop])
      guard let retrieval else { return table }
      for head in order([retrieval]) {
        table.add([
          summary.name(head), Self.number(retrieval.stability.mean[head]),
          Self.number(retrieval.stability.spread[head]),
          String(retrieval.stability.topCount[head]),
        ])
      }
      return table
    }
    var table = MarkdownTable([
      gain.groupSize > 1 ? "heads" : "head", "brings back", "gain (nats)", "spread",
      "of \(gain.prompts.count) in top \(gain.stability.top)", "retrieval", retrievalTop,
    ])
    for head in order([cost, gain].compactMap { $0 }) {
      let set = gain.index(head)
      let group = head..<head + gain.groupSize
      table.add([
        summary.name(head, groupSize: gain.groupSize),
        cost.map { one in
          let back = one.stability.mean[one.index(head)] * Double(one.prompts.count)
          return "\(Int(back.rounded())) of \(one.prompts.count)"
        } ?? "–",
        Self.number(gain.stability.mean[set], signed: true), Self.number(gain.stability.spread[set]),
        String(gain.stability.topCount[set]),
        retrieval.map { one in Self.number(group.map { one.stability.mean[$0] }.max() ?? 0) } ?? "–",
        retrieval.map { one in String(group.map { one.stability.topCount[$0] }.max() ?? 0) } ?? "–",
      ])
    }
    return table
  }

  /// The heads with the largest means of the first figure, of the next where those are alike, without those
  /// of which nothing is seen.
  private func order(_ figures: [HeadsSummary.Figure]) -> [Int] {
    summary.order(by: figures).filter { head in
      figures.contains { $0.stability.mean[$0.index(head)] >= HeadStability.seen }
    }.prefix(Self.length).map { $0 }
  }

  private static func name(_ column: HeadsSummary.Column) -> String {
    "\(column.policy.name) at \(column.budget?.description ?? "")"
  }

  /// What the numbers are, how far they hang on the prompts, and which prompts have none.
  package var notes: String {
    var lines = [
      """
      Each kept set restored alone, everything else evicted. Brings back: of the answers that were lost, those that come \
      back then;
      gain: by how much the logarithm of the wanted answer's probability rises; retrieval: how often the head's most \
      attended token
      is the one that the full cache's answer copies (after Wu et al. 2024), of heads that share a set the most; spread: \
      the standard
      deviation over prompts. Heads count from 1.
      """
    ]
    func halves(_ name: String, _ figure: HeadsSummary.Figure?) {
      guard let figure, figure.prompts.count > 1 else { return }
      let words =
        figure.stability.halves.map { Self.number($0) } ?? "none, as all heads are alike in one half"
      let prompts = "Halves of the \(figure.prompts.count) prompts (every other one)"
      lines.append("\(prompts), rank correlation of the heads' \(name): \(words)")
    }
    for column in summary.columns {
      halves(
        "gain under \(Self.name(column))", summary.figure(.gain, column))
    }
    halves("retrieval scores", summary.figure(.retrieval, nil))
    lines += summary.unavailable.map { "without outcome: \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A line for each policy, budget and query head, layers and heads from 1: the means, spreads and how often
  /// it is among the top ones.
  package var csv: String {
    let measures = HeadMeasure.allCases
    let names = measures.map(\.rawValue).flatMap { [$0, "\($0)_spread", "\($0)_top"] }
    var lines = ["policy,budget,layer,query_head,prompts,lost," + names.joined(separator: ",")]
    for column in summary.columns {
      let count = summary.counts[column] ?? (0, 0)
      for head in 0..<summary.layerCount * summary.headCount {
        let place = [
          CSVField.quoted(column.policy.name), column.budget?.description ?? "",
          String(head / summary.headCount + 1), String(head % summary.headCount + 1), String(count.prompts),
          String(count.lost),
        ]
        let values = measures.flatMap { measure -> [String] in
          guard let figure = summary.figure(measure, column) else { return ["", "", ""] }
          let index = figure.index(head)
          return [
            "\(figure.stability.mean[index])", "\(figure.stability.spread[index])",
            "\(figure.stability.topCount[index])",
          ]
        }
        lines.append((place + values).joined(separator: ","))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A fixed number of decimals, without the locale.
  static func number(_ value: Double, signed: Bool = false) -> String {
    String(format: signed ? "%+.2f" : "%.2f", value)
  }
}
