import Testing

@testable import Evaluation

@Suite struct ShardTests {
  @Test(arguments: ["", "3", "0/4", "5/4", "1/0", "a/b", "1/2/3", "-1/2"])
  func refusesWhatIsNoPart(_ text: String) { #expect(Shard(text) == nil) }

  @Test func partsHaveEveryCaseOnce() throws {
    let cases = (0..<23).map { EvaluationCase(id: "case-\($0)", task: "any") }
    let plan = try EvaluationPlan(
      suite: "any", model: ModelIdentity(name: "none", digest: ""),
      settings: EvaluationSettings(policies: [], budgets: []),
      options: [:], cases: cases)
    let parts = (1...5).compactMap { Shard("\($0)/5") }.map { $0.cases(of: plan) }
    #expect(Set(parts.joined().map(\.id)) == Set(cases.map(\.id)))
    #expect(parts.joined().count == cases.count)
    #expect(parts.allSatisfy { 4...5 ~= $0.count })
  }
}
