import Eviction
import Exploration
import Foundation
import Testing
import Transformer

@testable import Evaluation

@Suite struct ResumeTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  private func whole(_ suite: CountingSuite) async throws -> Data {
    try await EvaluationResults(plan: place.plan(suite), rows: place.run(suite, to: "whole.jsonl")).data()
  }

  @Test(arguments: [1, 2, 5, 19]) func anInterruptedRunGoesOnToTheSameBytes(_ stop: Int) async throws {
    let suite = CountingSuite(caseCount: 20)
    let expected = try await whole(suite)
    await #expect(throws: CancellationError.self) {
      try await place.run(CountingSuite(caseCount: 20, stopsAt: stop), to: "rows.jsonl")
    }
    let kept = try RowFile.contents(of: place.path("rows.jsonl")).rows
    #expect(kept.count == stop)
    let rows = try await place.run(suite, to: "rows.jsonl")
    #expect(try EvaluationResults(plan: place.plan(suite), rows: rows).data() == expected)
    #expect(try RowFile.contents(of: place.path("rows.jsonl")).rows.count == 20)
  }

  /// What is about one prompt is said in its row; what is about the model or the machine ends the run.
  @Test func onePromptsErrorIsItsRowAndTheRunGoesOn() async throws {
    let errors: [any Error] = [
      CaseError("no such case"), PromptError.empty("a"),
      BudgetError.lessThanOneToken(budget: "1B", least: 768),
      TransformerError.tokenOutOfRange(id: 9, vocabularySize: 5), TransformerError.emptyPrompt,
      TransformerError.textTooLong(tokenCount: 9, contextLength: 5),
    ]
    let rows = try await place.run(FailingSuite(errors: errors), to: "errors.jsonl")
    #expect(rows.map(\.unavailable) == errors.map { String(describing: $0) })
    for error in [TransformerError.productFailed(status: 1, rows: 1), .headDimensionTooLarge(9, limit: 5)] {
      await #expect(throws: error) {
        try await place.run(FailingSuite(errors: [error]), to: "\(UUID()).jsonl")
      }
    }
  }

  @Test func aLineThatWasTornAnywhereIsDroppedAndItsCaseDoneAgain() async throws {
    let suite = CountingSuite(caseCount: 4)
    let expected = try await whole(suite)
    let bytes = try place.bytes("whole.jsonl")
    let path = place.path("torn.jsonl")
    let lastLine = bytes.dropLast().lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    for end in stride(from: lastLine, to: bytes.count, by: 13) {
      try bytes.prefix(end).write(to: URL(fileURLWithPath: path))
      let rows = try await place.run(suite, to: "torn.jsonl")
      #expect(
        try EvaluationResults(plan: place.plan(suite), rows: rows).data() == expected, "torn at byte \(end)")
      #expect(try place.bytes("torn.jsonl").filter { $0 == 0x0A }.count == 5)
    }
    // Not even the header was written whole.
    for end in [0, 1, 6, 9, 100] {
      try bytes.prefix(end).write(to: URL(fileURLWithPath: path))
      #expect(try await place.run(suite, to: "torn.jsonl").count == 4, "torn at byte \(end)")
    }
  }

  @Test func severalJobsGiveTheSameBytesInAnyOrder() async throws {
    let suite = CountingSuite(caseCount: 30, pause: .milliseconds(3))
    let expected = try await whole(CountingSuite(caseCount: 30))
    let rows = try await place.run(suite, plan: place.plan(suite), jobs: 4, to: "jobs.jsonl")
    #expect(try EvaluationResults(plan: place.plan(suite), rows: rows).data() == expected)
    #expect(try place.bytes("jobs.jsonl") != place.bytes("whole.jsonl"), "the jobs ran one after the other")
  }

  @Test func resumingWithOtherSettingsIsRefusedByTheirName() async throws {
    let suite = CountingSuite(caseCount: 3)
    try await place.run(suite, to: "rows.jsonl")
    func refusal(_ settings: EvaluationSettings, _ other: CountingSuite? = nil) async -> String {
      do {
        let plan = try EvaluationPlan(other ?? suite, model: place.model.identity, settings: settings)
        try await place.run(other ?? suite, plan: plan, to: "rows.jsonl")
        return "not refused"
      } catch { return String(describing: error) }
    }
    var settings = place.settings
    settings.budgets = [.tokens(24)]
    #expect(await refusal(settings).contains("the budgets are 24, 48 there and 24 here"))
    settings = place.settings
    settings.policies.append(.named("h2o"))
    #expect(await refusal(settings).contains("the policies are laq, snapkv there and laq, snapkv, h2o here"))
    settings = place.settings
    settings.granularity = .queryHead
    #expect(await refusal(settings).contains("the granularity is kv there and query here"))
    #expect(
      await refusal(place.settings, CountingSuite(caseCount: 4)).contains(
        "the option 'caseCount' is 3 there and 4 here"))
    let first = try #require(Shard("1/2"))
    await #expect(throws: EvaluationError.otherShard(place.path("rows.jsonl"), there: .whole, here: first)) {
      try await place.run(suite, shard: first, to: "rows.jsonl")
    }
    #expect(try RowFile.contents(of: place.path("rows.jsonl")).rows.count == 3)
  }

  @Test func twoProcessesDoNotWriteOneFile() throws {
    let plan = try place.plan(CountingSuite(caseCount: 3))
    let file = try RowFile(place.path("rows.jsonl"), plan: plan)
    #expect(throws: EvaluationError.inUse(place.path("rows.jsonl"))) {
      try RowFile(place.path("rows.jsonl"), plan: plan)
    }
    file.close()
    try RowFile(place.path("rows.jsonl"), plan: plan).close()
  }

  @Test func aFileOfSomebodyElseIsNotOverwritten() throws {
    let path = place.path("notes.jsonl")
    let plan = try place.plan(CountingSuite(caseCount: 3))
    for text in ["notes", "notes\n", "{\"a\":1}", "{\"a\":1}\n", "{\"schema\":\"other\",\"version\":1}\n"] {
      for replacing in [false, true] {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: EvaluationError.self) { try RowFile(path, plan: plan, replacing: replacing) }
        #expect(try place.bytes("notes.jsonl") == Data(text.utf8))
      }
    }
  }

  @Test func replacingGoesOnBehindTheSameEvaluationAndBeginsAnotherAnew() async throws {
    let suite = CountingSuite(caseCount: 4), path = place.path("rows.jsonl")
    try await place.run(suite, to: "rows.jsonl")
    let same = try RowFile(path, plan: place.plan(suite), replacing: true)
    same.close()
    #expect(same.earlierRows.count == 4)
    let part = try RowFile(path, plan: place.plan(suite), shard: #require(Shard("1/2")), replacing: true)
    part.close()
    #expect(part.earlierRows.isEmpty)
    try await place.run(suite, plan: place.plan(suite), shard: #require(Shard("1/2")), to: "rows.jsonl")
    let other = try RowFile(path, plan: place.plan(CountingSuite(caseCount: 5)), replacing: true)
    other.close()
    #expect(other.earlierRows.isEmpty)
    // Of a header that nobody can read, nothing can be gone on with.
    try Data("{\"plan\":{\"cases\":[],\"x\":1},\"version\":1}\n".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: EvaluationError.self) { try RowFile(path, plan: place.plan(suite)) }
    try RowFile(path, plan: place.plan(suite), replacing: true).close()
    #expect(try RowFile.contents(of: path).plan == place.plan(suite))
  }

  @Test func aCaseOfTheSameNameThatIsMadeOfOtherThingsIsAnotherEvaluation() throws {
    func plan(_ offset: Int, _ options: [String: CaseParameter] = [:]) throws -> EvaluationPlan {
      try EvaluationPlan(
        suite: "any", model: place.model.identity, settings: place.settings, options: options,
        cases: [EvaluationCase(id: "a.jsonl:2", task: "any", parameters: ["offset": .integer(offset)])])
    }
    #expect(try plan(7).difference(from: plan(7)) == nil)
    #expect(
      try plan(7).difference(from: plan(8)) == "the case a.jsonl:2 is made of other things there and here")
  }

  @Test func whatConcernsOneCaseStandsInItsRow() async throws {
    let suite = CountingSuite(caseCount: 12)
    let rows = try await place.run(suite, to: "rows.jsonl")
    #expect(rows.filter { $0.unavailable != nil }.map(\.id) == ["case-3", "case-10"])
    let summary = EvaluationSummary(
      try EvaluationResults(plan: place.plan(suite), rows: rows), score: "even",
      bootstrap: Bootstrap(resampleCount: 10))
    #expect(summary.unavailable.map(\.count) == [1, 1])
  }
}
