/// ROUGE-1 (Lin 2004) as the package `rouge_score` counts it with its stemmer: words that two texts share,
/// each as often as both have it.
package struct Rouge1: Sendable, Hashable {
  /// The share of the prediction's words that the target has.
  package let precision: Double
  /// The share of the target's words that the prediction has.
  package let recall: Double

  /// The harmonic mean of both; 0 where nothing is shared.
  package var fMeasure: Double {
    precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
  }

  /// Compares two texts.
  package init(target: String, prediction: String) {
    let (target, prediction) = (Self.counts(target), Self.counts(prediction))
    let shared = target.reduce(0) { $0 + min($1.value, prediction[$1.key] ?? 0) }
    func share(of counts: [String: Int]) -> Double {
      let all = counts.values.reduce(0, +)
      return all == 0 ? 0 : Double(shared) / Double(all)
    }
    precision = share(of: prediction)
    recall = share(of: target)
  }

  /// Lower-case runs of ASCII letters and digits; those of more than three letters are stemmed.
  private static func counts(_ text: String) -> [String: Int] {
    let words = text.lowercased().unicodeScalars.split {
      !(("a"..."z").contains($0) || ("0"..."9").contains($0))
    }
    return words.reduce(into: [:]) { counts, word in
      let word = String(String.UnicodeScalarView(word))
      counts[word.utf8.count > 3 ? PorterStemmer.stem(word) : word, default: 0] += 1
    }
  }
}
