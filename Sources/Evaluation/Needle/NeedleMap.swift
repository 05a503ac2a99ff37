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

  private let sums: [EvaluationSummary.Column: [Place: (sum: Double, count: Int)]]
  private let cases: [Place: [EvaluationCase]]

  /// Gathers results, or the rows that an evaluation has so far.
  package init(plan: EvaluationPlan, rows: [EvaluationRow], score: String = NeedleSuite.primaryScore) {
    self.score = score
    columns = plan.settings.columns
    let known = Dictionary(rows.map { ($0.id, $0) }) { first, _ in first }
    var sums: [EvaluationSummary.Column: [Place: (sum: Double, count: Int)]] = [:]
    var cases: [Place: [EvaluationCase]] = [:]
    for one in plan.cases {
      guard let length = one.parameters["length"]?.integer, let depth = one.parameters["depth"]?.integer,
        NeedleSuite.depthRange.contains(depth)
      else { continue }
      let place = Place(length: length, depth: depth)
      cases[place, default: []].append(one)
      for outcome in known[one.id]?.outcomes ?? [] {
        guard let value = outcome.scores[score] else { continue }
        let column = EvaluationSummary.Column(outcome.policy, outcome.budget)
        let earlier = sums[column]?[place] ?? (0, 0)
        sums[column, default: [:]][place] = (earlier.sum + value, earlier.count + 1)
      }
    }
    self.sums = sums
    self.cases = cases
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

  /// A line per map and cell: shares, not per cent.
  package var csv: String {
    let lines = columns.flatMap { column in
      depths.flatMap { depth in
        lengths.map { length in
          let value = value(column, length: length, depth: depth).map { String($0) } ?? ""
          return [
            column.policy.name, column.budget?.description ?? "", String(length), String(depth), score, value,
          ]
          .map(CSVField.quoted).joined(separator: ",")
        }
      }
    }
    return (["policy,budget,length,depth,score,mean"] + lines).joined(separator: "\n") + "\n"
  }
}
