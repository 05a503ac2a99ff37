import Foundation
import Testing

@testable import Evaluation

@Suite struct MergeTests {
  let place: Workplace
  let suite = CountingSuite(caseCount: 17)

  init() throws { place = try Workplace() }

  private func shards(_ count: Int) async throws -> [String] {
    for number in 1...count {
      try await place.run(
        suite, shard: #require(Shard("\(number)/\(count)")), to: "\(number)-of-\(count).jsonl")
    }
    return (1...count).map { place.path("\($0)-of-\(count).jsonl") }
  }

  @Test(arguments: [1, 2, 5, 17]) func mergedShardsAreTheUnshardedRun(_ count: Int) async throws {
    let whole = try await EvaluationResults(
      plan: place.plan(suite), rows: place.run(suite, to: "whole.jsonl")
    ).data()
    let paths = try await shards(count)
    #expect(try EvaluationResults(merging: paths).data() == whole)
    #expect(try EvaluationResults(merging: paths.reversed()).data() == whole)
  }

  @Test func whatIsMissingDoubledOrOfAnotherPlanIsNamed() async throws {
    let paths = try await shards(3)
    #expect(
      throws: EvaluationError.missingCases(
        ["case-2", "case-5", "case-8", "case-11", "case-14"], count: 5, planned: 17)
    ) { try EvaluationResults(merging: Array(paths[..<2])) }
    #expect(throws: EvaluationError.doubledCase("case-0", first: paths[0], second: paths[0])) {
      try EvaluationResults(merging: paths + [paths[0]])
    }
    var settings = place.settings
    settings.budgets = [.tokens(99)]
    let other = try EvaluationPlan(suite, model: place.model.identity, settings: settings)
    try await place.run(suite, plan: other, shard: #require(Shard("3/3")), to: "other.jsonl")
    do {
      _ = try EvaluationResults(merging: [paths[0], paths[1], place.path("other.jsonl")])
      Issue.record("another plan's shard was merged")
    } catch { #expect(String(describing: error).contains("the budgets are 24, 48 there and 99 here")) }
  }

  @Test func resultsReadBackAsTheyWereWritten() async throws {
    let results = try await EvaluationResults(
      plan: place.plan(suite), rows: place.run(suite, to: "rows.jsonl"))
    try results.write(to: place.path("results.json"))
    let read = try EvaluationResults(contentsOf: place.path("results.json"))
    #expect(read == results)
    #expect(try read.data() == results.data())
    let object = try JSONSerialization.jsonObject(with: results.data()) as? [String: Any]
    #expect(object?["schema"] as? String == "laq-tui.evaluation" && (object?["rows"] as? [Any])?.count == 17)
  }
}
