/// Curves on a grid of characters: points in columns, and dots of the line from each to the next.
package struct CurvePlot {
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

  /// - Parameters:
  ///   - lines: points by ascending column, each with its share of the height; what is no number is a gap.
  ///     The first line lies on top.
  ///   - height: rows, from 1 at the top to 0 at the bottom.
  package init(_ lines: [[(column: Int, share: Double)]], height: Int) {
    var marks: [Mark] = []
    for (index, points) in lines.enumerated().reversed() {
      for (a, b) in zip(points, points.dropFirst())
      where b.column > a.column + 1 && !a.share.isNaN && !b.share.isNaN {
        for column in a.column + 1..<b.column {
          let part = Double(column - a.column) / Double(b.column - a.column)
          let share = a.share + (b.share - a.share) * part
          marks.append(Mark(column: column, row: Self.row(share, height), line: index, isMeasured: false))
        }
      }
      for point in points where !point.share.isNaN {
        marks.append(
          Mark(column: point.column, row: Self.row(point.share, height), line: index, isMeasured: true))
      }
    }
    // Measured points lie over the lines between others.
    self.marks = marks.filter { !$0.isMeasured } + marks.filter(\.isMeasured)
  }

  /// The row of a share; shares beyond the ends are held to them.
  package static func row(_ share: Double, _ height: Int) -> Int {
    let held = share.isNaN ? 0 : min(max(share, 0), 1)
    return Int(((1 - held) * Double(max(1, height) - 1)).rounded())
  }
}
