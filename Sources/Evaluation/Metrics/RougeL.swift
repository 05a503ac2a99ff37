/// ROUGE-L over sentences (Lin 2004, section 3.2) as the Python package `rouge` 1.0.1 computes it, which
/// LongBench uses.
///
/// Where the package differs from the paper, this does as well: words count once however often they occur;
/// the longest common subsequences of all pairs of sentences are joined into one set of words; sentences end
/// at every full stop, also within numbers; and the F-measure has 1e-8 in its denominator.
enum RougeL {
  /// Steps back through one pair's table at most. The package walks back recursively; Python ends that at a
  /// depth of 1,000 calls, of which LongBench's scorer uses 9, and the scorer counts the failure as 0.
  static let stepLimit = 991

  /// The F-measure; 0 where either text has no sentence.
  static func score(_ prediction: CodePoints, reference: CodePoints) -> Double {
    var words = WordIDs()
    let predicted = sentences(prediction).map { words.identify($0) }
    let wanted = sentences(reference).map { words.identify($0) }
    guard !predicted.isEmpty, !wanted.isEmpty else { return 0 }
    var common: Set<Int> = []
    for reference in wanted {
      for sentence in predicted {
        guard let subsequence = CommonSubsequence.words(of: reference, and: sentence, stepLimit: stepLimit)
        else { return 0 }
        common.formUnion(subsequence)
      }
    }
    let recall = Double(common.count) / Double(Set(wanted.joined()).count)
    let precision = Double(common.count) / Double(Set(predicted.joined()).count)
    return 2 * (precision * recall / (precision + recall + 1e-8))
  }

  /// The words of each sentence. A sentence of spaces alone has one word, the empty one.
  private static func sentences(_ text: CodePoints) -> [[CodePoints]] {
    text.split(".").filter { !$0.isEmpty }.map { sentence in
      let words = sentence.words
      return words.isEmpty ? [CodePoints("")] : words
    }
  }
}

/// Words as numbers, which compare faster.
private struct WordIDs {
  private var ids: [CodePoints: Int] = [:]

  mutating func identify(_ words: [CodePoints]) -> [Int] {
    words.map { word in
      if let id = ids[word] { return id }
      let id = ids.count
      ids[word] = id
      return id
    }
  }
}
