/// The similarity of two texts by their longest common blocks (Ratcliff and Obershelp 1983), as Python's
/// `difflib` has it.
struct MatchingBlocks {
  private let a: [Unicode.Scalar]
  private let b: [Unicode.Scalar]
  /// Where each element of `b` stands, ascending; without those that are in it too often.
  private let places: [Unicode.Scalar: [Int]]

  /// Twice the matched elements' share of both texts, from 0 to 1.
  ///
  /// Cost: `|a| · |b|` at worst for each of up to `|a|` blocks.
  static func ratio(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Double {
    let total = a.count + b.count
    guard total > 0 else { return 1 }
    return 2 * Double(MatchingBlocks(a, b).matchedCount) / Double(total)
  }

  private init(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) {
    (self.a, self.b) = (a, b)
    let places = Dictionary(grouping: b.indices) { b[$0] }
    // In longer texts no block begins to be found by an element that more than a hundredth of them are.
    let limit = b.count >= 200 ? b.count / 100 + 1 : b.count
    self.places = places.filter { $0.value.count <= limit }
  }

  private var matchedCount: Int {
    var open = [(a: a.indices, b: b.indices)]
    var matched = 0
    while let (a, b) = open.popLast() {
      let block = longest(in: a, b)
      guard block.count > 0 else { continue }
      matched += block.count
      open.append((a.lowerBound..<block.a, b.lowerBound..<block.b))
      open.append((block.a + block.count..<a.upperBound, block.b + block.count..<b.upperBound))
    }
    return matched
  }

  /// The longest block that both parts have: the earliest in `a`, then in `b`; elements that are frequent
  /// extend it.
  private func longest(in rangeA: Range<Int>, _ rangeB: Range<Int>) -> (a: Int, b: Int, count: Int) {
    var best = (a: rangeA.lowerBound, b: rangeB.lowerBound, count: 0)
    var lengths: [Int: Int] = [:]
    for i in rangeA {
      var next: [Int: Int] = [:]
      for j in places[a[i]] ?? [] where j >= rangeB.lowerBound {
        guard j < rangeB.upperBound else { break }
        let length = (lengths[j - 1] ?? 0) + 1
        next[j] = length
        if length > best.count { best = (i - length + 1, j - length + 1, length) }
      }
      lengths = next
    }
    while best.a > rangeA.lowerBound, best.b > rangeB.lowerBound, a[best.a - 1] == b[best.b - 1] {
      best = (best.a - 1, best.b - 1, best.count + 1)
    }
    while best.a + best.count < rangeA.upperBound, best.b + best.count < rangeB.upperBound,
      a[best.a + best.count] == b[best.b + best.count]
    {
      best.count += 1
    }
    return best
  }
}

/// LongBench's `code_sim_score`: the first predicted line that is no comment, compared with the true next
/// line.
enum CodeSimilarity {
  /// A similarity in whole hundredths.
  /// - Parameter ratio: the similarity of two texts, from 0 to 1.
  static func score(
    _ prediction: CodePoints, answer: CodePoints, ratio: ([Unicode.Scalar], [Unicode.Scalar]) -> Double
  ) -> Double {
    let comments = ["`", "#", "//"].map { CodePoints($0) }
    let line =
      prediction.linesFromFirst.first { line in !comments.contains { line.contains($0) } } ?? CodePoints("")
    // Equal texts are asked about first: two empty ones are alike.
    if line == answer { return 1 }
    if line.isEmpty || answer.isEmpty { return 0 }
    return (100 * ratio(line.scalars, answer.scalars)).rounded(.toNearestOrEven) / 100
  }
}
