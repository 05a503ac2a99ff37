import Eviction
import Exploration

/// A summary as a Markdown table, which reads as text, and as CSV.
package struct SummaryTable: Sendable {
  private let summary: EvaluationSummary
  private let titles: [String: String]

  /// Makes a table.
  /// - Parameter titles: groups' names as shown, where they are not the groups themselves.
  package init(_ summary: EvaluationSummary, titles: [String: String] = [:]) {
    self.summary = summary
    self.titles = titles
  }

  /// Per cent with intervals: a line per policy and budget, a column per group. A star marks a cell that
  /// differs from the reference policy's: the interval of the paired differences leaves 0 out.
  package var markdown: String {
    let groups = summary.groups
    let sweep = summary.sweep
    var table = MarkdownTable(
      ["policy", "budget", "kept", "window", "by score"] + groups.map { titles[$0] ?? $0 })
    for column in summary.columns {
      let choice = summary.choices[column]
      let reference = summary.reference.flatMap { summary.choices[.init($0, column.budget)] }
      table.add(
        [
          column.policy.name + sweep.mark(column), column.budget?.description ?? "all", choice?.kept ?? "–",
          choice?.window(beside: reference) ?? "–", choice?.chosen ?? "–",
        ] + groups.map { summary.isBeyondModel($0) ? "–" : text(summary.cell($0, column)) })
    }
    return table.text
  }

  /// What the numbers are, and what had no outcome.
  package var notes: String {
    let counts = Set(
      summary.groups.flatMap { group in
        summary.columns.compactMap { summary.cell(group, $0)?.score?.count }
      }
    ).sorted()
    let range =
      counts.isEmpty
      ? "no" : counts.first == counts.last ? "\(counts[0])" : "\(counts[0]) to \(counts[counts.count - 1])"
    let prompts = counts == [1] ? "prompt" : "prompts"
    var lines = ["\(summary.score), per cent, with 95 % bootstrap intervals; \(range) \(prompts) per cell."]
    if let reference = summary.reference {
      let least = Estimate.leastDraws
      let few = "; fewer than \(least) prompts have no star, whatever they say"
      lines.append(
        "*: differs from \(reference.name) at the same budget (95 % interval of the paired differences without 0"
          + ((counts.first ?? least) < least ? few : "") + ").")
    }
    lines += Self.legend(reference: summary.reference) + summary.choices.notes(summary.columns)
    lines += summary.sweep.sentences
    if let sentence = summary.beyondModel(named: titles) { lines.append(sentence) }
    lines += summary.unavailable.map { "\($0.count) without outcome: \($0.reason)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What the columns beside a policy's scores are.
  static func legend(reference: Policy?) -> [String] {
    [
      """
      kept: tokens per head, the mean after the allocation; window: the prompt's tokens that are looked at, +pseudo \
      tokens; by score: kept for their score, neither window nor sink.
      """,
      "!: another total than the budget\(reference.map { ", another window than \($0.name)'s" } ?? "").",
    ]
  }

  /// A line per group, policy and budget: mean, interval, cases, paired difference with its interval; shares,
  /// not per cent.
  package var csv: String {
    let header =
      "group,policy,budget,score,mean,low,high,cases,reference,difference,difference_low,difference_high,kept,window,chosen"
    let lines = summary.groups.flatMap { group in
      summary.columns.map { column in
        let cell = summary.cell(group, column)
        func numbers(_ estimate: Estimate?) -> [String] {
          [estimate?.mean, estimate?.low, estimate?.high].map { $0.map { String($0) } ?? "" }
        }
        let fields =
          [group, column.policy.name, column.budget?.description ?? "", summary.score] + numbers(cell?.score)
          + [String(cell?.score?.count ?? 0), cell?.difference == nil ? "" : summary.reference?.name ?? ""]
          + numbers(cell?.difference) + (summary.choices[column]?.fields ?? ["", "", ""])
        return fields.map(CSVField.quoted).joined(separator: ",")
      }
    }
    return ([header] + lines).joined(separator: "\n") + "\n"
  }

  private func text(_ cell: EvaluationSummary.Cell?) -> String {
    guard let cell, let score = cell.score else { return "–" }
    func cent(_ value: Double) -> String { String(Int((100 * value).rounded())) }
    let interval = score.low == score.high ? "" : " (\(cent(score.low))–\(cent(score.high)))"
    return cent(score.mean) + interval + (cell.difference?.excludesZero == true ? "*" : "")
  }
}
