/// F1 over words, as questions are scored since SQuAD (Rajpurkar et al. 2016): LongBench's `qa_f1_score`.
enum WordOverlap {
  private static let articles = Set(["a", "an", "the"].map { CodePoints($0) })

  /// The harmonic mean of the shares of words that both have, repeated words counted as often as both have
  /// them.
  static func score(_ prediction: CodePoints, answer: CodePoints) -> Double {
    let predicted = normalized(prediction)
    let wanted = normalized(answer)
    var counts: [CodePoints: Int] = [:]
    for word in wanted { counts[word, default: 0] += 1 }
    var common = 0
    for word in predicted where counts[word, default: 0] > 0 {
      counts[word, default: 0] -= 1
      common += 1
    }
    guard common > 0 else { return 0 }
    let precision = Double(common) / Double(predicted.count)
    let recall = Double(common) / Double(wanted.count)
    return 2 * precision * recall / (precision + recall)
  }

  /// Lower case; ASCII punctuation is taken out, so that words it joined become one; then articles become
  /// spaces.
  static func normalized(_ text: CodePoints) -> [CodePoints] {
    let letters = text.lowercased.scalars.filter { !$0.isPythonPunctuation }
    var spaced: [Unicode.Scalar] = []
    spaced.reserveCapacity(letters.count)
    var index = 0
    while index < letters.count {
      // An article is a whole run of word characters: `\b(a|an|the)\b`.
      let isWord = letters[index].isPythonWord
      let run = letters[index...].prefix { $0.isPythonWord == isWord }
      if isWord, articles.contains(CodePoints(run)) { spaced.append(" ") } else { spaced += run }
      index = run.endIndex
    }
    return CodePoints(spaced).words
  }
}

/// LongBench's `count_score` and `retrieval_score`.
enum NumberShare {
  /// The share of the prediction's numbers that are the right one, written in the same way.
  static func score(_ prediction: CodePoints, number: CodePoints) -> Double {
    let numbers = prediction.numbers
    guard !numbers.isEmpty else { return 0 }
    return Double(numbers.count { $0 == number }) / Double(numbers.count)
  }
}
