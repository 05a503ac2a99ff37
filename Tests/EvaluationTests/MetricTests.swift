import Foundation
import TestSupport
import Testing

@testable import Evaluation

/// The official scorers' values of 1,000 predictions (Fixtures/make_metrics.py).
@Suite struct MetricTests {
  struct Row: Decodable {
    let dataset: String
    let prediction: String
    let answers: [String]
    let classes: [String]?
    let variant: String?
    /// The score before it is rounded; RULER's scorer has none.
    let score: Double?
    /// The score in hundredths of a percent.
    let rounded: Double
    /// What RULER's evaluation makes of the prediction.
    let trimmed: String?
  }

  static let rows: [Row] = {
    guard let path = try? Places.fixture("metrics.json", in: .module),
      let data = FileManager.default.contents(atPath: path),
      let rows = try? JSONDecoder().decode([Row].self, from: data)
    else { return [] }
    return rows
  }()

  static func metric(_ row: Row) -> (Metric, PredictionTrimming)? {
    switch row.dataset {
    case "hotpotqa": (.answerF1, .none)
    case "triviaqa": (.answerF1, .firstLine)
    case "gov_report": (.rougeL, .none)
    case "samsum": (.rougeL, .firstLine)
    case "trec": (.classification, .firstLine)
    case "passage_retrieval_en": (.retrieval, .none)
    case "passage_retrieval_zh": (.retrievalChinese, .none)
    case "passage_count": (.count, .none)
    case "lcc", "repobench-p":
      (row.variant == "difflib" ? .codeSimilarity : .codeSimilarityLevenshtein, .none)
    case "niah", "variable_tracking": (.containsAll, .printable)
    case "qa": (.containsAny, .printable)
    default: nil
    }
  }

  @Test func theFixtureHasAThousandPredictionsOfEveryScoredMetric() throws {
    #expect(Self.rows.count == 1000)
    let metrics = Set(Self.rows.compactMap { Self.metric($0)?.0 })
    #expect(metrics == Set(Metric.allCases.filter { $0.reasonNotScored == nil }))
  }

  @Test func scoresEqualTheOfficialScorers() throws {
    for (index, row) in Self.rows.enumerated() {
      let (metric, trimming) = try #require(Self.metric(row))
      let text = trimming.trimmed(row.prediction)
      if let trimmed = row.trimmed { #expect(CodePoints(text) == CodePoints(trimmed), "row \(index)") }
      let score = try metric.score(text, answers: row.answers, classes: row.classes ?? [])
      if let official = row.score {
        #expect(
          abs(score - official) <= 1e-12, "row \(index), \(row.dataset): \(score), officially \(official)")
      }
      #expect(
        abs(100 * score - row.rounded) <= 0.005 + 1e-9,
        "row \(index), \(row.dataset): \(score), officially \(row.rounded) %")
    }
  }

  @Test func metricsOfChineseWordsAreNamedAsNotScored() {
    for metric in [Metric.answerF1Chinese, .rougeLChinese] {
      #expect(metric.reasonNotScored != nil)
      #expect(throws: MetricError.self) { try metric.score("a", answers: ["a"]) }
    }
  }

  @Test func anAnswerThatNamesNoParagraphIsAnError() {
    #expect(throws: MetricError.noParagraph("the third", expected: "Paragraph 1")) {
      try Metric.retrieval.score("3", answers: ["the third"])
    }
  }

  @Test func classificationNeedsClasses() {
    #expect(throws: MetricError.noClasses) { try Metric.classification.score("Date", answers: ["Date"]) }
  }
}
