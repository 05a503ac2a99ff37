import Foundation

/// Curves of a share (0...1) against budget, on a grid of characters: budgets on a logarithmic axis, because
/// doubling is what a person does to them.
package struct BudgetPlot {
  package let marks: [CurvePlot.Mark]
  private let axis: Axis

  /// - Parameters:
  ///   - lines: points by ascending budget; the first line lies on top.
  ///   - budgets: the ends of the axis.
  ///   - height: rows, from 1 at the top to 0 at the bottom.
  package init(_ lines: [[(budget: Int, value: Double)]], budgets: ClosedRange<Int>, width: Int, height: Int)
  {
    let axis = Axis(budgets, width: width)
    self.axis = axis
    marks =
      CurvePlot(
        lines.map { $0.map { (column: axis.column($0.budget), share: $0.value) } }, height: height
      ).marks
  }

  /// The column of a budget.
  package func column(_ budget: Int) -> Int { axis.column(budget) }

  /// The logarithmic axis.
  private struct Axis {
    private let first: Double
    private let last: Double
    private let width: Int

    init(_ budgets: ClosedRange<Int>, width: Int) {
      first = Double(max(1, budgets.lowerBound))
      last = max(first, Double(budgets.upperBound))
      self.width = max(2, width)
    }

    func column(_ budget: Int) -> Int {
      guard last > first else { return 0 }
      let held = min(max(Double(max(1, budget)), first), last)
      return Int((log2(held / first) / log2(last / first) * Double(width - 1)).rounded())
    }
  }
}
