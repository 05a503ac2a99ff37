import Eviction

/// What a figure of every head comes to over several prompts: its mean, and how much hangs on the prompt.
package struct HeadStability: Sendable {
  /// The means, by head.
  package let mean: [Double]
  /// The standard deviations over the prompts; 0 of a single one.
  package let spread: [Double]
  /// In how many prompts each head is among the top ones: those with a value that is seen (0.005 and more),
  /// and fewer than that many above them.
  package let topCount: [Int]
  /// How many heads the top ones are.
  package let top: Int
  /// How many prompts.
  package let promptCount: Int
  /// Spearman's rank correlation of the heads' means over every other prompt, from the first on, with those
  /// over the rest; `nil` for less than two prompts, and where all heads are alike.
  package let halves: Double?

  /// Sums up.
  /// - Parameter prompts: `[prompt][head]`, at least one.
  package init(_ prompts: [[Double]]) {
    promptCount = prompts.count
    let count = prompts.first?.count ?? 0
    top = Self.topCount(of: count)
    let means = HeadProfile.mean(prompts)
    mean = means
    spread = means.indices.map { head in
      guard prompts.count > 1 else { return 0 }
      let sum = prompts.reduce(0) { $0 + ($1[head] - means[head]) * ($1[head] - means[head]) }
      return (sum / Double(prompts.count - 1)).squareRoot()
    }
    var counts = [Int](repeating: 0, count: count)
    for values in prompts {
      let ordered = values.sorted(by: >)
      let least = ordered.indices.contains(top - 1) ? ordered[top - 1] : 0
      // Of heads that are alike at the end, all are among them or, where that would be too many, none.
      let tied = values.count { $0 >= least } > top
      for (head, value) in values.enumerated() where value >= Self.seen {
        if tied ? value > least : value >= least { counts[head] += 1 }
      }
    }
    topCount = counts
    let halves = [0, 1].map { first in
      stride(from: first, to: prompts.count, by: 2).map { prompts[$0] }
    }
    self.halves =
      prompts.count < 2 ? nil : Self.rankCorrelation(HeadProfile.mean(halves[0]), HeadProfile.mean(halves[1]))
  }

  /// What is printed as 0.01; less is noise, or nothing.
  package static let seen = 0.005

  /// A tenth of the heads, rounded up, at most ten.
  package static func topCount(of heads: Int) -> Int { min(10, max(1, (heads + 9) / 10)) }

  /// Spearman's correlation: Pearson's of the ranks, equal values having their mean rank; `nil` where one
  /// side is all alike.
  package static func rankCorrelation(_ first: [Double], _ second: [Double]) -> Double? {
    guard first.count == second.count, first.count > 1 else { return nil }
    let (a, b) = (ranks(first), ranks(second))
    let middle = Double(first.count + 1) / 2
    var (both, left, right) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      both += (x - middle) * (y - middle)
      left += (x - middle) * (x - middle)
      right += (y - middle) * (y - middle)
    }
    return left > 0 && right > 0 ? both / (left * right).squareRoot() : nil
  }

  /// Ranks from 1, the least first; equal values have the mean of theirs.
  private static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start + 1
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
      start = end
    }
    return ranks
  }
}
