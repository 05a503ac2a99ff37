import Eviction

/// Whether two evaluations that differ in their seeds say the same: cell by cell, how far their means lie
/// apart.
package struct EvaluationComparison: Sendable {
  /// One cell of both.
  package struct Cell: Sendable {
    /// The group of cases.
    package let group: String
    /// The policy and its budget.
    package let column: EvaluationSummary.Column
    /// The first evaluation's mean.
    package let first: Estimate
    /// The second's.
    package let second: Estimate

    /// Whether the second mean lies in the first's interval. Both means vary: of two evaluations of one
    /// truth, 17 of 100 cells lie outside at 95 %.
    package var isInside: Bool { (first.low...first.high).contains(second.mean) }

    /// Whether the means are as near as two samples of one mean are in 95 of 100 cells: the half of each
    /// interval that faces the other mean, squared and added, are at least the squared difference.
    package var agrees: Bool {
      let (low, high) = first.mean <= second.mean ? (first, second) : (second, first)
      let above = low.high - low.mean, below = high.mean - high.low
      let apart = high.mean - low.mean
      return apart * apart <= above * above + below * below + 1e-12
    }
  }

  /// The cells that both have.
  package let cells: [Cell]

  /// Compares two evaluations.
  package init(_ first: EvaluationSummary, _ second: EvaluationSummary) {
    cells = first.groups.flatMap { group in
      first.columns.compactMap { column in
        guard let one = first.cell(group, column)?.score, let other = second.cell(group, column)?.score else {
          return nil
        }
        return Cell(group: group, column: column, first: one, second: other)
      }
    }
  }

  /// How many agree, and the others by name, in per cent.
  package var text: String {
    func told(_ estimate: Estimate) -> String {
      let parts = [estimate.mean, estimate.low, estimate.high].map { String(Int((100 * $0).rounded())) }
      return "\(parts[0]) (\(parts[1])–\(parts[2]))"
    }
    let inside = cells.count(where: \.isInside), agreeing = cells.count(where: \.agrees)
    let others = cells.filter { !$0.agrees }.map { cell in
      "\(cell.group), \(cell.column.policy.name) at \(cell.column.budget?.description ?? "all"): "
        + "\(told(cell.first)), then \(told(cell.second))"
    }
    return
      ([
        "\(agreeing) of \(cells.count) means agree (difference within both 95 % intervals together);",
        "\(inside) of the second lie within the first's interval.",
      ] + others).joined(separator: "\n") + "\n"
  }
}
