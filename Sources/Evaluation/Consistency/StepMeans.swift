/// A measure by decode steps: its mean over the texts whose answer has the step.
///
/// Answers differ in length, so that late steps are means over fewer texts.
package struct StepMeans: Sendable, Hashable {
  /// The mean at each step, from the answer's first token on, whose row chooses the second.
  package let values: [Double]
  /// The texts that each is the mean of.
  package let textCounts: [Int]

  /// Takes the means of texts' series, `[text][step]`.
  init(_ texts: [[Double]]) {
    let steps = 0..<(texts.map(\.count).max() ?? 0)
    textCounts = steps.map { step in texts.count { $0.indices.contains(step) } }
    values = zip(steps, textCounts).map { step, count in
      texts.reduce(0) { $0 + ($1.indices.contains(step) ? $1[step] : 0) } / Double(count)
    }
  }

  /// The mean over the rows of all texts at some steps; `nil` where there are none.
  package func mean(over steps: Range<Int>) -> Double? {
    let steps = steps.clamped(to: values.indices)
    let rows = steps.reduce(0) { $0 + textCounts[$1] }
    guard rows > 0 else { return nil }
    return steps.reduce(0) { $0 + values[$1] * Double(textCounts[$1]) } / Double(rows)
  }

  /// Runs of steps that a table has as lines: short ones first, where a lookahead ends.
  package static func runs(upTo count: Int) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var (start, length) = (0, 4)
    while start < count {
      // 4, 8, 12, 16, 24, 32, 48, 64, ...: each length twice, but the first, which ends at 8 and at 16.
      if start >= 16, start & (start - 1) == 0 { length = start / 2 }
      runs.append(start..<min(start + length, count))
      start += length
    }
    return runs
  }
}
