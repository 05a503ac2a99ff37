/// How a prediction is scored, from 0 to 1: the metrics of LongBench (Bai et al. 2023, `metrics.py`) and of
/// RULER (Hsieh et al. 2024, `eval/synthetic/constants.py`).
///
/// Values equal those of the official scorers, their oddities included; each is named where it is coded.
package enum Metric: String, Sendable, Hashable, CaseIterable, Codable {
  /// The F1 of words, letters' case, punctuation and articles left out.
  case answerF1 = "f1"
  /// ROUGE-L of the summary, as the package `rouge` has it.
  case rougeL = "rouge-l"
  /// Whether the right class is named, divided by how many are.
  case classification
  /// The share of named numbers that are the right paragraph's.
  case retrieval
  /// The same, where paragraphs are named in Chinese.
  case retrievalChinese = "retrieval-zh"
  /// The share of named numbers that are the right count.
  case count
  /// How similar a line of code is, by `difflib`: what `fuzzywuzzy` computes with LongBench's own
  /// requirements.
  case codeSimilarity = "code"
  /// How similar a line of code is, by `python-Levenshtein`: what `fuzzywuzzy` computes where that is
  /// installed.
  case codeSimilarityLevenshtein = "code-levenshtein"
  /// The F1 of words that `jieba` finds in a Chinese text: not scored here.
  case answerF1Chinese = "f1-zh"
  /// ROUGE-L of words that `jieba` finds in a Chinese text: not scored here.
  case rougeLChinese = "rouge-l-zh"
  /// The share of the references that the prediction contains.
  case containsAll = "all"
  /// Whether the prediction contains one of the references.
  case containsAny = "part"

  /// Why predictions of this metric have no score here; `nil` where they have.
  ///
  /// The Chinese metrics count words as the package `jieba` splits them, by a dictionary of 350,000 entries,
  /// which is no part of this program; words split in any other way would make figures that cannot be
  /// compared.
  package var reasonNotScored: String? {
    switch self {
    case .answerF1Chinese, .rougeLChinese: "needs jieba's dictionary to split Chinese words"
    default: nil
    }
  }

  /// Scores a prediction: the best score over the answers, from 0 to 1.
  ///
  /// RULER's metrics compare with all references at once.
  /// - Parameters:
  ///   - prediction: the text after the benchmark's own processing (`PredictionTrimming`).
  ///   - classes: what `classification` chooses from.
  /// - Throws: `MetricError` where an answer cannot be compared with, or the metric is not scored.
  package func score(_ prediction: String, answers: [String], classes: [String] = []) throws -> Double {
    if let reasonNotScored { throw MetricError.notScored(self, reason: reasonNotScored) }
    let text = CodePoints(prediction)
    let answers = answers.map { CodePoints($0) }
    switch self {
    case .containsAll, .containsAny:
      return ReferenceMatch.score(text, references: answers, needsAll: self == .containsAll)
    default:
      // As in the official loop: no answer, no score.
      return try answers.reduce(0) { try max($0, single(text, answer: $1, classes: classes)) }
    }
  }

  private func single(_ prediction: CodePoints, answer: CodePoints, classes: [String]) throws -> Double {
    switch self {
    case .answerF1: return WordOverlap.score(prediction, answer: answer)
    case .rougeL: return RougeL.score(prediction, reference: answer)
    case .classification:
      guard !classes.isEmpty else { throw MetricError.noClasses }
      return Classification.score(prediction, answer: answer, classes: classes.map { CodePoints($0) })
    case .retrieval, .retrievalChinese:
      let prefix = self == .retrieval ? "Paragraph " : "段落"
      guard let number = answer.number(behind: prefix) else {
        throw MetricError.noParagraph(String(answer), expected: "\(prefix)1")
      }
      return NumberShare.score(prediction, number: number)
    case .count: return NumberShare.score(prediction, number: answer)
    case .codeSimilarity: return CodeSimilarity.score(prediction, answer: answer, ratio: MatchingBlocks.ratio)
    case .codeSimilarityLevenshtein:
      return CodeSimilarity.score(prediction, answer: answer, ratio: CommonSubsequence.ratio)
    case .answerF1Chinese, .rougeLChinese, .containsAll, .containsAny: return 0
    }
  }
}

/// Why a prediction has no score.
package enum MetricError: Error, Hashable, CustomStringConvertible {
  /// The metric is not computed by this program.
  case notScored(Metric, reason: String)
  /// Classes to choose from are missing.
  case noClasses
  /// An answer names no paragraph.
  case noParagraph(String, expected: String)

  package var description: String {
    switch self {
    case .notScored(let metric, let reason): "the metric \(metric.rawValue) is not scored: it \(reason)"
    case .noClasses: "'all_classes' is empty, and classification needs a list of names to choose from"
    case .noParagraph(let answer, let expected):
      "the answer '\(answer.prefix(80))' names no paragraph, as in '\(expected)'"
    }
  }
}
