/// LongBench's `count_score` and `retrieval_score`.
enum NumberShare {
  /// The share of the prediction's numbers that are the right one, written in the same way.
  static func score(_ prediction: CodePoints, number: CodePoints) -> Double {
    let numbers = prediction.numbers
    guard !numbers.isEmpty else { return 0 }
    return Double(numbers.count { $0 == number }) / Double(numbers.count)
  }
}
