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
