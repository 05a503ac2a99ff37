/// Where the steps of an answer stand: each as wide as its words, or all of them in sight; a page of them
/// where they have no room beside each other. What room is left over is shared.
struct CourseLayout: Equatable {
  /// The steps in sight.
  let steps: Range<Int>
  /// All steps.
  let count: Int
  /// Where each step in sight begins, and the end.
  private let starts: [Int]
  /// Columns from there to the middle of the step's words.
  private let middles: [Int]

  /// - Parameters:
  ///   - widths: columns of each step's words.
  ///   - shown: the step that must be in sight.
  ///   - showsAll: whether steps may be narrower than their words.
  init(widths: [Int], shown: Int, width: Int, showsAll: Bool) {
    let width = max(1, width)
    count = widths.count
    let cells = widths.map { showsAll ? 1 : min(max(1, $0), width) }
    var first = 0
    var used = 0
    var end = 0
    while end < cells.count {
      if used + cells[end] > width {
        // A page is left only behind the step that must be in sight.
        guard end <= shown else { break }
        (first, used) = (end, 0)
      }
      used += cells[end]
      end += 1
    }
    steps = first..<end
    let spare = width - used
    // A page that others follow is as wide as they are, whatever the last one holds.
    let isLast = end == cells.count && first > 0
    var starts = [0]
    for (place, step) in steps.enumerated() {
      let share = isLast ? 0 : spare * (place + 1) / steps.count - spare * place / steps.count
      starts.append(starts[place] + cells[step] + share)
    }
    self.starts = starts
    middles = steps.map { cells[$0] / 2 }
  }

  /// The columns of a step in sight; none of another.
  func columns(_ step: Int) -> Range<Int> {
    guard steps.contains(step) else { return 0..<0 }
    let place = step - steps.lowerBound
    return starts[place]..<starts[place + 1]
  }

  /// The column of its mark, over the middle of its words.
  func mark(_ step: Int) -> Int {
    guard steps.contains(step) else { return 0 }
    let place = step - steps.lowerBound
    return starts[place] + middles[place]
  }

  /// Columns that are taken.
  var width: Int { starts.last ?? 0 }
}
