import Eviction
import Exploration

/// Needle results as maps of length and depth, one for the full cache and for each policy at each budget.
package struct NeedleMap: Sendable {
  /// The score that is averaged over the seeds.
  package let score: String
  /// Lengths in tokens, ascending: columns of a map.
  package let lengths: [Int]
  /// Depths in per cent, ascending: rows of a map.
  package let depths: [Int]
  /// The maps: the full cache's first.
  package let columns: [EvaluationSummary.Column]

  private struct Place: Hashable {
    let length: Int, depth: Int
  }

  /// What each map's kept sets were made of.
  package let choices: [EvaluationSummary.Column: ChoiceSummary]
  private let settings: EvaluationSettings
  private let sums: [EvaluationSummary.Column: [Place: (sum: Double, count: Int)]]
  private let cases: [Place: [EvaluationCase]]
  /// What a column's cases say, those of one needle together.
  private let clusters: [EvaluationSummary.Column: [String: [Double]]]

  /// Gathers results, or the rows that an evaluation has so far.
  package init(plan: EvaluationPlan, rows: [EvaluationRow], score: String = NeedleSuite.primaryScore) {
    self.score = score
    columns = plan.columns(of: rows)
    settings = plan.settings
    choices = ChoiceSummary.all(rows)
    let known = Dictionary(rows.map { ($0.id, $0) }) { first, _ in first }
    var sums: [EvaluationSummary.Column: [Place: (sum: Double, count: Int)]] = [:]
    var cases: [Place: [EvaluationCase]] = [:]
    var clusters: [EvaluationSummary.Column: [String: [Double]]] = [:]
    for one in plan.cases {
      guard let length = one.parameters["length"]?.integer, let depth = one.parameters["depth"]?.integer,
        NeedleSuite.depthRange.contains(depth)
      else { continue }
      let place = Place(length: length, depth: depth)
      cases[place, default: []].append(one)
      for outcome in known[one.id]?.outcomes ?? [] {
        guard let value = outcome.scores[score] else { continue }
        let column = EvaluationSummary.Column(outcome.policy, outcome.budget)
        clusters[column, default: [:]][EvaluationSummary.cluster(one), default: []].append(value)
        let earlier = sums[column]?[place] ?? (0, 0)
        sums[column, default: [:]][place] = (earlier.sum + value, earlier.count + 1)
      }
    }
    self.sums = sums
    self.cases = cases
    self.clusters = clusters
    lengths = Set(cases.keys.map(\.length)).sorted()
    depths = Set(cases.keys.map(\.depth)).sorted()
  }

  /// The mean over the seeds, from 0 to 1; `nil` where no case is done.
  package func value(_ column: EvaluationSummary.Column, length: Int, depth: Int) -> Double? {
    sums[column]?[Place(length: length, depth: depth)].map { $0.sum / Double($0.count) }
  }

  /// The cases behind a cell, one per seed.
  package func cases(length: Int, depth: Int) -> [EvaluationCase] {
    cases[Place(length: length, depth: depth)] ?? []
  }

  /// The mean over a map's cells that are done; `nil` if none is.
  package func mean(_ column: EvaluationSummary.Column) -> Double? {
    let values = lengths.flatMap { length in depths.compactMap { value(column, length: length, depth: $0) } }
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The mean over all cases with its bootstrap interval, a needle at its depths being one draw; `nil` if no
  /// case is done.
  package func estimate(_ column: EvaluationSummary.Column) -> Estimate? {
    clusters[column].flatMap { clusters in
      Bootstrap().estimate(clusters: clusters.sorted { $0.key < $1.key }.map(\.value))
    }
  }

  /// A line per map: its mean with its interval, and what its kept sets were made of; windows other than
  /// SnapKV's are marked.
  package var markdown: String {
    var table = MarkdownTable(["policy", "budget", "kept", "window", "by score", "mean", "95 %"])
    let sweep = sweep
    let reference = Policy("snapkv")
    for column in columns {
      let choice = choices[column]
      let other = reference.flatMap { choices[.init($0, column.budget)] }
      table.add([
        column.policy.name + sweep.mark(column), column.budget?.description ?? "all", choice?.kept ?? "–",
        choice?.window(beside: other) ?? "–", choice?.chosen ?? "–",
        mean(column).map { ConsistencyTable.decimal(100 * $0, 1) } ?? "–", interval(column),
      ])
    }
    return table.text
  }

  private func interval(_ column: EvaluationSummary.Column) -> String {
    guard let estimate = estimate(column), estimate.clusterCount >= Estimate.leastDraws else { return "–" }
    return [estimate.low, estimate.high].map { ConsistencyTable.decimal(100 * $0, 0) }
      .joined(separator: "–")
  }

  /// What the numbers are, what did nothing, and the best of each sweep.
  package var notes: String {
    let lines =
      [
        "\(score), per cent, the mean over lengths and depths; 95 %: its bootstrap interval, a needle at all "
          + "its depths being one draw (\(needleCount))."
      ]
      + SummaryTable.legend(
        reference: columns.contains { $0.policy.name == "snapkv" } ? Policy("snapkv") : nil)
      + choices.notes(columns) + sweep.sentences + beyondModel
    return lines.joined(separator: "\n") + "\n"
  }

  private var needleCount: String {
    let count = clusters.values.map(\.count).max() ?? 0
    let needles = count == 1 ? "1 needle" : "\(count) needles"
    return count < Estimate.leastDraws ? "\(needles): too few for an interval" : needles
  }

  /// Where the full cache itself finds nothing.
  private var beyondModel: [String] {
    let isBeyond = columns.first { $0.policy.keepsEverything }.flatMap(mean) == 0
    return isBeyond ? [EvaluationSummary.beyondModel([NeedleSuite.name])].compactMap(\.self) : []
  }

  private var sweep: SweepBest {
    SweepBest(policies: settings.policies, budgets: settings.budgets, choices: choices, mean: mean)
  }

  /// A line per map and cell: shares, not per cent.
  package var csv: String {
    let lines = columns.flatMap { column in
      depths.flatMap { depth in
        lengths.map { length in
          let value = value(column, length: length, depth: depth).map { String($0) } ?? ""
          let fields = [
            column.policy.name, column.budget?.description ?? "", String(length), String(depth), score, value,
          ]
          return (fields + (choices[column]?.fields ?? ["", "", ""])).map(CSVField.quoted).joined(
            separator: ",")
        }
      }
    }
    return (["policy,budget,length,depth,score,mean,kept,window,chosen"] + lines).joined(separator: "\n")
      + "\n"
  }
}
