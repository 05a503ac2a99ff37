import Foundation
import Exploration

/// Curves of a share (0...1) against budget, on a grid of characters: budgets on a logarithmic axis, because
/// doubling is what a person does to them.
package struct BudgetPlot {
  /// A point or a dot of the line to the next one.
  package struct Mark: Hashable {
    package let column: Int
    package let row: Int
    /// Which line it belongs to.
    package let line: Int
    /// Whether it was measured, rather than drawn between two that were.
    package let isMeasured: Bool
  }

  package let marks: [Mark]
  private let axis: Axis

  /// - Parameters:
  ///   - lines: points by ascending budget; the first line lies on top.
  ///   - budgets: the ends of the axis.
  ///   - height: rows, from 1 at the top to 0 at the bottom.
  package init(_ lines: [[(budget: Int, value: Double)]], budgets: ClosedRange<Int>, width: Int, height: Int)
  {
    let axis = Axis(budgets, width: width)
    self.axis = axis
    var marks: [Mark] = []
    for (index, points) in lines.enumerated().reversed() {
      let places = points.map { (column: axis.column($0.budget), value: $0.value) }
      for (a, b) in zip(places, places.dropFirst()) where b.column > a.column + 1 {
        for column in a.column + 1..<b.column {
          let share = Double(column - a.column) / Double(b.column - a.column)
          let value = a.value + (b.value - a.value) * share
          marks.append(Mark(column: column, row: Self.row(value, height), line: index, isMeasured: false))
        }
      }
      for place in places {
        marks.append(
          Mark(column: place.column, row: Self.row(place.value, height), line: index, isMeasured: true))
      }
    }
    // Measured points lie over the lines between others.
    self.marks = marks.filter { !$0.isMeasured } + marks.filter(\.isMeasured)
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

  private static func row(_ value: Double, _ height: Int) -> Int {
    let held = value.isNaN ? 0 : min(max(value, 0), 1)
    return Int(((1 - held) * Double(max(1, height) - 1)).rounded())
  }
}
