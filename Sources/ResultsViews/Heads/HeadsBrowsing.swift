import Evaluation
import Eviction
import Views

/// What a person looks at of heads over many prompts: a figure, a policy at a budget, a head.
package struct HeadsBrowsing: Sendable {
  /// What a figure is over the prompts.
  package enum Statistic: Sendable, Hashable, CaseIterable {
    /// Its mean.
    case mean
    /// In how many prompts the head is among the top ones.
    case top
    /// Its standard deviation.
    case spread
  }

  /// What is known.
  package private(set) var summary: HeadsSummary
  /// The figure that is shown.
  package var measure = HeadMeasure.cost
  /// What of it is shown.
  package var statistic = Statistic.mean
  /// The policy and budget, an index into those of the summary.
  package var columnIndex = 0
  /// The chosen head.
  package var layer = 0, head = 0

  /// Begins at the head that matters most, by the first figure that says something.
  package init(_ table: ResultsTable) {
    summary = Self.summary(table)
    // A head that brings few answers back alone says less than by how much it helps.
    let least = [(HeadMeasure.cost, 0.5), (.gain, HeadStability.seen), (.retrieval, HeadStability.seen)]
    measure =
      least.first { measure, least in
        summary.figure(measure, column)?.stability.mean.contains { $0 >= least } ?? false
      }?.0 ?? .cost
    if let first = order.first { choose(first) }
  }

  /// Takes rows in that have come.
  mutating func update(_ table: ResultsTable) { summary = Self.summary(table) }

  private static func summary(_ table: ResultsTable) -> HeadsSummary {
    HeadsSummary(plan: table.plan, rows: table.plan.cases.compactMap { table.rows[$0.id] })
  }

  /// The policy and budget.
  package var column: HeadsSummary.Column? {
    summary.columns.indices.contains(columnIndex) ? summary.columns[columnIndex] : summary.columns.first
  }

  /// The figure that is shown; `nil` where no prompt has it.
  var figure: HeadsSummary.Figure? { summary.figure(measure, column) }

  /// What is shown of a head, by its place in the row of all.
  func value(_ head: Int) -> Double? { figure.map { value(head, of: $0) } }

  private func value(_ head: Int, of figure: HeadsSummary.Figure) -> Double {
    let index = figure.index(head)
    switch statistic {
    case .mean: return figure.stability.mean[index]
    case .top: return Double(figure.stability.topCount[index])
    case .spread: return figure.stability.spread[index]
    }
  }

  /// From 0, or less, to 1, the largest that there is: how bright a head is.
  var brightness: (Int) -> Double {
    guard let figure else { return { _ in 0 } }
    let count = summary.layerCount * summary.headCount
    let largest = (0..<count).reduce(0) { max($0, value($1, of: figure)) }
    return { largest > 0 ? max(0, value($0, of: figure) / largest) : 0 }
  }

  /// All heads, those first of which most is shown; equal ones by the figure's mean, then by what they gain,
  /// then in their order. Of heads that share a kept set the first stands for all.
  var order: [Int] {
    guard let figure else { return [] }
    let gain = summary.figure(.gain, column)
    return summary.order(by: [figure, gain].compactMap { $0 }) { value($0, of: figure) }
  }

  /// The chosen head's place in the row of all.
  var chosen: Int { layer * summary.headCount + head }

  mutating func choose(_ place: Int) {
    guard summary.headCount > 0 else { return }
    (layer, head) = (place / summary.headCount, place % summary.headCount)
  }

  /// Goes to the next head of the list, or the one before.
  mutating func step(forward: Bool) {
    let order = order
    guard let figure, !order.isEmpty else { return }
    let place = order.firstIndex { figure.index($0) == figure.index(chosen) } ?? 0
    choose(order[(place + (forward ? 1 : order.count - 1)) % order.count])
  }
}
