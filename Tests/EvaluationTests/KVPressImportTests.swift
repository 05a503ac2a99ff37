import Eviction
import Foundation
import TestSupport
import Testing

@testable import Evaluation

/// Folders that kvpress' own evaluations have written (`Fixtures/kvpress/make_kvpress.py`), LAQ's press among
/// the presses, as results of this program.
@Suite struct KVPressImportTests {
  static func fixture() throws -> String { try Places.fixture("kvpress/results", in: .module) }

  private func press(_ name: String) throws -> Policy {
    try #require(PolicyElsewhere.policy("kvpress:" + name))
  }

  private func score(_ results: EvaluationResults, _ task: String, _ column: EvaluationSummary.Column)
    -> Double?
  {
    let values = zip(results.plan.cases, results.rows).filter { $0.0.task == task }
      .compactMap { $0.1.outcome(column.policy, column.budget)?.scores["score"] }
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// Means of single answers are kvpress' own: otherwise there would be notes.
  @Test func foldersBecomeRows() throws {
    let imported = try KVPressImport(try Self.fixture())
    let results = imported.results
    #expect(imported.notes.isEmpty, "\(imported.notes)")
    #expect(results.plan.model.name == "laq/embedded" && results.plan.cases.count == 8 + 2 + 2)
    #expect(results.plan.compressionNote != nil, "kvpress puts the question to what was kept")
    let names = Set(results.plan.settings.policies.map(\.name))
    #expect(
      names == Set(["snapkv", "laq", "laq++", "adakv_snapkv", "laq_64", "knorm"].map { "kvpress:" + $0 }))
    #expect(results.plan.settings.budgets.map(\.description) == ["64", "10%", "25%", "50%"])
    let full = EvaluationSummary.Column(try #require(Policy("full")), nil)
    #expect(score(results, "niah_multivalue 512", full) == 0.5)
    #expect(score(results, "niah_single_1 512", full) == 0.75)
    let row = try #require(results.rows.first { $0.references.count == 2 && $0.outcomes.count == 7 })
    #expect(row.outcome(try press("laq"), .tokens(64)) == nil)
    #expect(row.outcome(try press("laq_64"), .tokens(64)) != nil)
    let texts = results.rows.flatMap(\.references)
    #expect(texts.contains("none, \"said\" nobody") && texts.contains("802"))
    #expect(results.plan.columns(of: results.rows).count == 1 + 9)
  }

  @Test func theFileIsReadAgain() throws {
    let results = try KVPressImport(try Self.fixture()).results
    let again = try EvaluationResults(try results.data(), path: "kvpress.json")
    #expect(again == results)
    #expect(try again.data() == results.data())
    #expect(again.selectingNames(["kvpress:laq"]) == ["kvpress:laq"])
  }

  @Test func differencesArePairedByTheQuestion() throws {
    let results = try KVPressImport(try Self.fixture()).results
    let reference = try #require(PolicyElsewhere.named("snapkv", in: results.plan.settings.policies))
    #expect(reference.name == "kvpress:snapkv")
    let summary = EvaluationSummary(results, score: "score", reference: reference)
    let column = EvaluationSummary.Column(try press("laq"), try Budget(parsing: "25%"))
    let cell = try #require(summary.cell("niah_single_1 512", column))
    #expect(cell.score?.count == 4 && cell.difference?.count == 4)
    #expect(PolicyElsewhere.named("snapkv", in: [])?.name == "snapkv")
  }

  @Test func needlesMakeAMapOfKVPressOwnScores() throws {
    let folder = try ScratchFolder(copying: Self.fixture()) { $0.hasPrefix("needle") }
    let results = try KVPressImport(folder.path).results
    #expect(results.plan.isMap)
    let map = NeedleMap(plan: results.plan, rows: results.rows, score: "score")
    #expect(map.depths == [10, 90] && map.lengths == [400] && map.columns.count == 3)
    for column in map.columns {
      for depth in map.depths {
        let press =
          column.policy.name == "full" ? "no_press__0.00" : "\(column.policy.name.dropFirst(8))__0.90"
        let name = "needle_in_haystack__laq--embedded__\(press)__max_context400__needle_depth\(depth)"
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)/metrics.json"))
        let list = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: [String: Double]]])
        #expect(map.value(column, length: 400, depth: depth) == list[0]["rouge-1"]?["f"])
      }
    }
  }

  @Test func aFigureThatTheAnswersDoNotGiveIsTold() throws {
    let folder = try ScratchFolder(copying: Self.fixture()) {
      $0.contains("ruler") && $0.contains("no_press")
    }
    let file = try folder.find("metrics.json")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try text.replacing("75.0", with: "80.0").write(toFile: file, atomically: true, encoding: .utf8)
    let notes = try KVPressImport(folder.path).notes
    #expect(notes.count == 1 && notes[0].contains("niah_single_1 is 80.0 there, and 75.0"), "\(notes)")
  }

  @Test func anInterruptedFolderIsLeftOutAndSaid() throws {
    let folder = try ScratchFolder(copying: Self.fixture()) { $0.contains("ruler") }
    try FileManager.default.removeItem(atPath: try folder.find("config.yaml"))
    let imported = try KVPressImport(folder.path)
    #expect(imported.notes.count == 1 && imported.notes[0].contains("left out"))
    #expect(imported.results.plan.columns(of: imported.results.rows).count == 7 - 1)
  }
}

extension EvaluationResults {
  /// The names of policies that are left when some are chosen, as `eval show --policy` does.
  fileprivate func selectingNames(_ names: [String]) -> [String]? {
    (try? selecting(policies: names.compactMap(PolicyElsewhere.policy), budgets: []))?
      .plan.settings.policies.map(\.name)
  }
}

extension ScratchFolder {
  /// A copy of some folders of results, to be changed.
  convenience init(copying source: String, where chosen: (String) -> Bool) throws {
    try self.init()
    for name in try FileManager.default.contentsOfDirectory(atPath: source) where chosen(name) {
      for file in KVPressFolder.names {
        try write(Data(contentsOf: URL(fileURLWithPath: "\(source)/\(name)/\(file)")), as: "\(name)/\(file)")
      }
    }
  }

  /// A file of the first folder in it, by the folders' names.
  func find(_ name: String) throws -> String {
    path("\(try #require(FileManager.default.contentsOfDirectory(atPath: path).sorted().first))/\(name)")
  }
}
