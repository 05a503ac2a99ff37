import Evaluation
import Eviction
import Views

/// An evaluation's means as they are looked at: pages of rows and columns.
///
/// Cases that have a length and a depth make the familiar heatmap, one page for each policy at each budget.
/// All others make one page for each budget: policies downwards, groups of cases across, and the mean of the
/// groups last. Rows can be added while the evaluation runs; a cell costs a lookup.
package struct ResultsTable: Sendable {
  /// A policy at a budget; `nil` for the budget is the full cache.
  package typealias Series = EvaluationSummary.Column

  /// A cell.
  package struct Place: Sendable, Hashable {
    /// The page, an index.
    package var page = 0
    /// The row, an index.
    package var row = 0
    /// The column, an index.
    package var column = 0
  }

  /// What a cell shows: the mean of a score, and of how many cases.
  package struct Mean: Sendable, Hashable {
    /// The mean, as a rule from 0 to 1.
    package let value: Double
    /// How many cases.
    package let count: Int
  }

  private struct Sum {
    var value = 0.0
    var count = 0
  }

  /// What was, or is, run.
  package let plan: EvaluationPlan
  /// Whether pages are depths by lengths.
  package let isHeatmap: Bool
  /// The heads of rows: depths, or policies.
  package let rowTitles: [String]
  /// The heads of columns: lengths, or groups.
  package let columnTitles: [String]
  /// The policies at their budgets, the full cache first.
  package let allSeries: [Series]
  /// Scores that some case has, by name.
  package private(set) var scores: [String] = []
  /// The rows that are known, by their case's name.
  package private(set) var rows: [String: EvaluationRow] = [:]
  /// The cases of each cell of a heatmap, row by row, or of each group: those that have one, for a file may
  /// name a length and a depth of its own with every case.
  private let buckets: [Int: [EvaluationCase]]
  private let bucketOfCase: [String: Int]
  private var sums: [Series: [Int: [String: Sum]]] = [:]
  private var outcomes: [Series: [Outcome]] = [:]

  /// Lays out a plan's results.
  /// - Parameter titles: the groups' names as shown, where they are not the cases' tasks.
  package init(plan: EvaluationPlan, rows: [EvaluationRow] = [], titles: [String: String] = [:]) {
    self.plan = plan
    allSeries = plan.settings.columns
    let places = plan.cases.map { ($0.parameters["length"]?.integer, $0.parameters["depth"]?.integer) }
    isHeatmap = places.allSatisfy { $0.0 != nil && $0.1 != nil }
    let keys: [Int]
    if isHeatmap {
      let lengths = Set(places.compactMap(\.0)).sorted(), depths = Set(places.compactMap(\.1)).sorted()
      rowTitles = depths.map { "\($0)%" }
      columnTitles = lengths.map(String.init)
      func indices(_ values: [Int]) -> [Int: Int] {
        Dictionary(zip(values, values.indices)) { first, _ in first }
      }
      let (rowOf, columnOf) = (indices(depths), indices(lengths))
      keys = places.map { place in
        (place.1.flatMap { rowOf[$0] } ?? 0) * lengths.count + (place.0.flatMap { columnOf[$0] } ?? 0)
      }
    } else {
      var groups: [String] = []
      var known: [String: Int] = [:]
      keys = plan.cases.map { one in
        if known[one.task] == nil {
          known[one.task] = groups.count
          groups.append(one.task)
        }
        return known[one.task] ?? 0
      }
      rowTitles = allSeries.map(\.policy).reduce(into: [Policy]()) { if $0.last != $1 { $0.append($1) } }.map(
        \.title)
      columnTitles = groups.map { titles[$0] ?? $0 } + (groups.count > 1 ? ["mean"] : [])
    }
    var buckets: [Int: [EvaluationCase]] = [:]
    for (one, key) in zip(plan.cases, keys) { buckets[key, default: []].append(one) }
    self.buckets = buckets
    bucketOfCase = Dictionary(zip(plan.cases.map(\.id), keys)) { first, _ in first }
    for row in rows { add(row) }
  }

  /// Takes a case's outcome in; one that is there already, or of no case of the plan, is left out.
  package mutating func add(_ row: EvaluationRow) {
    guard rows[row.id] == nil, let bucket = bucketOfCase[row.id] else { return }
    rows[row.id] = row
    for outcome in row.outcomes {
      let series = Series(outcome.policy, outcome.budget)
      outcomes[series, default: []].append(outcome)
      for (name, value) in outcome.scores {
        sums[series, default: [:]][bucket, default: [:]][name, default: Sum()].value += value
        sums[series]?[bucket]?[name]?.count += 1
        if !scores.contains(name) { scores = (scores + [name]).sorted() }
      }
    }
  }

  /// The names of pages: policies at budgets, or budgets.
  package var pageTitles: [String] {
    isHeatmap ? allSeries.map(Self.title) : plan.settings.budgets.map { "B=\($0)" }
  }

  /// A policy and its budget in words.
  package static func title(_ series: Series) -> String {
    series.policy.title + (series.budget.map { "  B=\($0)" } ?? "")
  }

  /// The policy and budget behind a cell.
  package func series(at place: Place) -> Series? {
    if isHeatmap { return allSeries.indices.contains(place.page) ? allSeries[place.page] : nil }
    // The full cache stands on every page.
    let budgets = plan.settings.budgets.count
    let index = place.row == 0 ? 0 : 1 + (place.row - 1) * budgets + place.page
    return allSeries.indices.contains(index) ? allSeries[index] : nil
  }

  /// The cases behind a cell, in the plan's order.
  package func cases(at place: Place) -> [EvaluationCase] {
    let index = isHeatmap ? place.row * columnTitles.count + place.column : place.column
    if !isHeatmap, index >= buckets.count { return plan.cases }
    return buckets[index] ?? []
  }

  /// A cell's mean; `nil` while, or because, no case of it has the score.
  package func mean(at place: Place, score: String) -> Mean? {
    guard let series = series(at: place), let sums = sums[series] else { return nil }
    if !isHeatmap, place.column >= buckets.count {
      // As LongBench averages its data sets: each group counts alike, however many cases it has.
      let groups = (0..<buckets.count).compactMap { sums[$0]?[score] }.filter { $0.count > 0 }
      guard !groups.isEmpty else { return nil }
      let means = groups.map { $0.value / Double($0.count) }
      return Mean(value: means.reduce(0, +) / Double(means.count), count: groups.reduce(0) { $0 + $1.count })
    }
    let index = isHeatmap ? place.row * columnTitles.count + place.column : place.column
    guard let sum = sums[index]?[score], sum.count > 0 else { return nil }
    return Mean(value: sum.value / Double(sum.count), count: sum.count)
  }

  /// What the kept sets behind a cell's policy and budget were made of; cost: a look at each known row.
  package func choice(at place: Place) -> ChoiceSummary? {
    series(at: place).flatMap { outcomes[$0] }.map(ChoiceSummary.init)
  }

  /// Why a cell has no mean, where its cases say so.
  package func unavailable(at place: Place) -> String? {
    guard let series = series(at: place) else { return nil }
    for one in cases(at: place) {
      guard let row = rows[one.id] else { continue }
      if let reason = row.unavailable ?? row.outcome(series.policy, series.budget)?.unavailable {
        return reason
      }
    }
    return nil
  }
}
