import Eviction
import Foundation

/// What a lookahead needs as a file: the rows of the lookahead view, with the numbers of each answer token.
package struct StudyExport: Encodable {
  private let schema = "laq-tui.lookahead"
  private let version = 1
  private let program = Release.name
  private let model: String, prompt: String, promptHash: String
  private let budget: Int
  /// The policy whose number and source of pseudo tokens are changed.
  private let studied: String
  private let answerTokens: [Int], answer: String
  private let rows: [RowEntry]

  private struct RowEntry: Encodable {
    let policy: String
    /// In what it differs: `none` (no lookahead), `length` or `source`.
    let kind: String
    let pseudoCount: Int?
    let source: String?, content: String?
    let recall: Double?, massRecall: Double?, divergence: Double?
    let agreeing: Int?, compared: Int?
    let seconds: Double?
    /// The first pseudo tokens that are the full cache's answer.
    let samePseudoTokens: Int?
    let pseudoTokens: [Int]?, pseudoText: String?
    let mark: String?
    let answerTokens: [Int]?, answer: String?
    /// Of each token of the full cache's answer, the share of its attention that is kept, and of its tokens
    /// with the most of it.
    let massRecallByToken: [Double]?, recallByToken: [Double]?
    let unavailable: String?
  }

  /// Gathers what a study knows.
  /// - Throws: `ExportError.nothingYet` before any of its policies has a result.
  package init(_ study: LookaheadStudy) throws {
    guard let run = study.run, !run.results.isEmpty || !run.unavailable.isEmpty else {
      throw ExportError.nothingYet
    }
    (model, prompt, promptHash) = (run.modelName, run.prompt.name, run.prompt.hash)
    budget = run.settings.budget
    studied = study.request.policy.name
    (answerTokens, answer) = (run.full?.answer.tokens ?? [], run.answerText(run.full))
    rows = study.request.rows.map { row in
      var result: PolicyResult?
      var reason: String?
      switch study.result(of: row) {
      case .success(let found)?: result = found
      case .failure(let why)?: reason = why.description
      case nil: break
      }
      let figures = result.map { ResultFigures($0, of: run) }
      let pseudo = result?.lookahead?.pseudo.tokens
      let steps = study.steps[row.policy]
      var (source, content): (String?, String?)
      let kind: String
      switch row.place {
      case .none: kind = "none"
      case .length: kind = "length"
      case .source(let place, let filling):
        (kind, source, content) = ("source", place.rawValue, filling?.rawValue)
      case .draft(let model): (kind, source) = ("source", "draft:\(model)")
      }
      let hasAnswer = result?.hasAnswer == true
      return RowEntry(
        policy: row.policy.name, kind: kind,
        pseudoCount: row.place == .none ? 0 : row.policy.lookahead?.tokenCount,
        source: source, content: content, recall: result?.recall, massRecall: result?.massRecall,
        divergence: figures?.divergence, agreeing: figures.map(\.agreeing), compared: figures.map(\.compared),
        seconds: study.seconds[row.policy], samePseudoTokens: result.flatMap { study.agreeing($0)?.same },
        pseudoTokens: pseudo, pseudoText: pseudo.map(run.vocabulary.text), mark: figures?.mark?.rawValue,
        answerTokens: hasAnswer ? result?.answer.tokens : nil,
        answer: hasAnswer ? run.answerText(result) : nil,
        massRecallByToken: steps?.map(\.massRecall), recallByToken: steps?.map(\.recall), unavailable: reason)
    }
  }

  /// As JSON; equal studies have equal bytes, but for the seconds.
  package func json() throws -> Data { try ExportedJSON.lines(self) }

  /// As a table, a line for each row of the view; the numbers of each answer token are lists with spaces
  /// between them.
  package func csv() -> Data {
    var table = CSVTable([
      "policy", "kind", "pseudo_count", "source", "content", "recall", "mass", "kl", "agreeing", "compared",
      "seconds",
      "same_pseudo", "pseudo", "mark", "answer", "mass_by_token", "recall_by_token", "unavailable",
    ])
    func list(_ values: [Double]?) -> CSVTable.Field {
      .text(values?.map { "\($0)" }.joined(separator: " "))
    }
    for row in rows {
      table.add([
        .text(row.policy), .text(row.kind), .count(row.pseudoCount), .text(row.source), .text(row.content),
        .number(row.recall), .number(row.massRecall), .number(row.divergence), .count(row.agreeing),
        .count(row.compared), .number(row.seconds), .count(row.samePseudoTokens), .text(row.pseudoText),
        .text(row.mark), .text(row.answer), list(row.massRecallByToken), list(row.recallByToken),
        .text(row.unavailable),
      ])
    }
    return table.data
  }
}
