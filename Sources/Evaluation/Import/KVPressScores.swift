/// Scores of single answers, by the rules of kvpress' own scorers; means over them are what those say.
enum KVPressScores {
  /// The benchmark of needles, whose answers kvpress scores one by one.
  static let needle = "needle_in_haystack"
  /// The benchmarks whose answers are scored one by one here.
  static let datasets = ["aime25", "longbench", "longbench-e", "longbench-v2", "math500", needle, "ruler"]

  /// An answer's scores from 0 to 1.
  /// - Throws: `MetricError` where there is none.
  static func scores(_ answer: KVPressFolder.Answer, dataset: String) throws -> [String: Double] {
    let name = LongBenchSuite.primaryScore
    switch dataset {
    case "ruler":
      let metric: Metric = answer.task.hasPrefix("qa") ? .containsAny : .containsAll
      // Control characters go, where RULER's own scorer has ends of lines in their place.
      let text = String(String.UnicodeScalarView(answer.given.unicodeScalars.filter { $0.value >= 0x20 }))
      return [name: try metric.score(text, answers: answer.references)]
    case "longbench", "longbench-e":
      let task = answer.task.hasSuffix("-e") ? String(answer.task.dropLast(2)) : answer.task
      guard let rule = BenchmarkTask.named(task) else { return [:] }
      let text = rule.trimming.trimmed(String(answer.given.drop { $0.isWhitespace }))
      var scores = [name: try rule.metric.score(text, answers: answer.references, classes: answer.classes)]
      if rule.metric == .codeSimilarity {
        let other = Metric.codeSimilarityLevenshtein
        scores[other.rawValue] = try other.score(text, answers: answer.references)
      }
      return scores
    case "longbench-v2":
      let text = answer.given.replacing("*", with: "")
      let right = answer.references.first ?? ""
      let isRight = ["(\(right))", right].contains { text.contains("The correct answer is \($0)") }
      return [name: isRight ? 1 : 0]
    default:
      // The first box of math500's answers counts, the last of aime25's.
      let parts = answer.given.split(separator: "boxed{", omittingEmptySubsequences: false)
      let box = dataset == "math500" ? parts.dropFirst().first : parts.last
      let inside = box.map { $0.prefix { $0 != "}" } }
      return [name: inside.map(String.init) == answer.references.first ? 1 : 0]
    }
  }
}
