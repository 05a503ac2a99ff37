/// Longest common subsequences, by the table of all pairs of beginnings.
enum CommonSubsequence {
  /// How similar two texts are: `1 − d / (|a| + |b|)`, `d` the insertions and deletions that lead from one to
  /// the other.
  ///
  /// As `Levenshtein.ratio`. Cost: `|a| · |b|` in time, `|b|` in memory.
  static func ratio(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Double {
    let total = a.count + b.count
    guard total > 0 else { return 1 }
    var row = [Int](repeating: 0, count: b.count + 1)
    for element in a {
      var diagonal = 0
      for (index, other) in b.enumerated() {
        let above = row[index + 1]
        row[index + 1] = element == other ? diagonal + 1 : max(above, row[index])
        diagonal = above
      }
    }
    let distance = total - 2 * row[b.count]
    return 1 - Double(distance) / Double(total)
  }

  /// The elements of one longest common subsequence, last first: of several, the one found by going back from
  /// the ends and leaving out an element of `a` only where that is better than leaving out one of `b`.
  ///
  /// Cost: `|a| · |b|` in time and memory.
  /// - Returns: `nil` where the way back has more steps than the limit.
  static func words(of a: [Int], and b: [Int], stepLimit: Int) -> [Int]? {
    let width = b.count + 1
    var lengths = [Int32](repeating: 0, count: (a.count + 1) * width)
    for i in 0..<a.count {
      let row = i * width
      for j in 0..<b.count {
        lengths[row + width + j + 1] =
          a[i] == b[j] ? lengths[row + j] + 1 : max(lengths[row + j + 1], lengths[row + width + j])
      }
    }
    var (i, j, steps) = (a.count, b.count, 1)
    var common: [Int] = []
    while i > 0, j > 0 {
      if a[i - 1] == b[j - 1] {
        common.append(a[i - 1])
        (i, j) = (i - 1, j - 1)
      } else if lengths[(i - 1) * width + j] > lengths[i * width + j - 1] {
        i -= 1
      } else {
        j -= 1
      }
      steps += 1
      guard steps <= stepLimit else { return nil }
    }
    return common
  }
}
