import Eviction

/// What the rows of `HeadsSuite` say of every head: each figure prompt by prompt, and over all of them.
package struct HeadsSummary: Sendable {
  /// A policy at a budget; `nil` for the budget is the full cache's, which has the retrieval scores.
  package typealias Column = EvaluationSummary.Column

  /// One figure of every query head under one column.
  package struct Figure: Sendable {
    /// The prompts that have it, in the plan's order.
    package let prompts: [String]
    /// `[prompt][layer · query heads + query head]`.
    package let values: [[Double]]
    /// Over all prompts; of kept sets that several query heads read each counts once.
    package let stability: HeadStability
    /// Query heads that share a number: 1, or those of a KV head.
    package let groupSize: Int

    /// What a statistic of kept sets is of a query head.
    package func index(_ head: Int) -> Int { head / groupSize }
  }

  /// Layers.
  package let layerCount: Int
  /// Query heads of a layer.
  package let headCount: Int
  /// The policies at their budgets that have figures, in the plan's order.
  package let columns: [Column]
  /// Of each of them, the prompts that were run, and those whose answer was lost.
  package let counts: [Column: (prompts: Int, lost: Int)]
  /// The prompts that count: those that the full cache answers.
  package let promptCount: Int
  /// Why other prompts do not.
  package let unavailable: [String]
  private let figures: [Key: Figure]

  private struct Key: Hashable {
    let measure: HeadMeasure
    let column: Column?
  }

  /// A head's name, layer and head from 1: `20.8`; of heads that share a kept set all, `20.7-9`.
  /// - Parameters:
  ///   - head: its place in the row of all.
  ///   - groupSize: heads that share a kept set.
  package func name(_ head: Int, groupSize: Int = 1) -> String {
    let count = max(1, headCount)
    let first = head % count / groupSize * groupSize + 1
    return "\(head / count + 1).\(first)" + (groupSize > 1 ? "-\(first + groupSize - 1)" : "")
  }

  /// The heads, those first of which most is shown, equal ones by the means of some figures, one after the
  /// other, then in their order. Of heads that share a number of the first
  /// figure one stands for all.
  /// - Parameter shown: what is shown of a head; unless given, nothing is.
  package func order(by figures: [Figure], shown: (Int) -> Double = { _ in 0 }) -> [Int] {
    return stride(from: 0, to: layerCount * headCount, by: figures.first?.groupSize ?? 1).sorted { a, b in
      let (first, second) = (shown(a), shown(b))
      if first != second { return first > second }
      for figure in figures {
        let means = (figure.stability.mean[figure.index(a)], figure.stability.mean[figure.index(b)])
        if means.0 != means.1 { return means.0 > means.1 }
      }
      return a < b
    }
  }

  /// A figure; that of retrieval is the same in every column.
  package func figure(_ measure: HeadMeasure, _ column: Column?) -> Figure? {
    figures[Key(measure: measure, column: measure == .retrieval ? nil : column)]
  }

  /// Sums rows up; those of other suites have no figures.
  package init(plan: EvaluationPlan, rows: [EvaluationRow]) {
    let counted = rows.filter { $0.unavailable == nil }
    promptCount = counted.count
    unavailable = rows.compactMap(\.unavailable)
    let shape =
      counted.lazy.compactMap { $0.outcomes.first?.series[HeadMeasure.shapeKey] }.first { $0.count == 3 }
      ?? []
    let sizes = shape.map { Int($0) }
    (layerCount, headCount) = sizes.count == 3 ? (sizes[0], sizes[1]) : (0, 0)
    columns = plan.settings.columns.filter { column in
      column.budget != nil && counted.contains { $0.outcome(column.policy, column.budget) != nil }
    }
    var counts: [Column: (prompts: Int, lost: Int)] = [:]
    var figures: [Key: Figure] = [:]
    let (layers, queryHeads, kvHeads) = sizes.count == 3 ? (sizes[0], sizes[1], sizes[2]) : (0, 0, 0)
    let heads = layers * queryHeads
    func add(_ measure: HeadMeasure, _ column: Column?, _ found: [(id: String, values: [Double])]) {
      // A file may have been changed: only numbers of these heads, or of their kept sets, are looked at.
      let count = found.lazy.map(\.values.count).first { $0 == heads || $0 == layers * kvHeads }
      guard let count, count > 0, heads % count == 0, queryHeads % (heads / count) == 0 else { return }
      let same = found.filter { $0.values.count == count }
      let size = heads / count
      figures[Key(measure: measure, column: column)] = Figure(
        prompts: same.map(\.id),
        values: same.map { one in (0..<heads).map { one.values[$0 / size] } },
        stability: HeadStability(same.map(\.values)), groupSize: size)
    }
    add(
      .retrieval, nil,
      counted.compactMap { row in
        row.outcomes.first?.series[HeadMeasure.retrieval.rawValue].map { (row.id, $0) }
      })
    for column in columns {
      let found = counted.compactMap { row in
        row.outcome(column.policy, column.budget).map { (id: row.id, outcome: $0) }
      }.filter { $0.outcome.unavailable == nil }
      let lost = found.filter { $0.outcome.scores[HeadsSuite.primaryScore] == 0 }
      counts[column] = (found.count, lost.count)
      // Of an answer that is there no eviction has cost anything: what is brought back is a share of those
      // lost.
      for (measure, some) in [(HeadMeasure.cost, lost), (.gain, found)] {
        add(
          measure, column,
          some.compactMap { one in one.outcome.series[measure.rawValue].map { (one.id, $0) } })
      }
    }
    (self.counts, self.figures) = (counts, figures)
  }
}
